using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Tests.Documents;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Tests.Mongo;

/// <summary>A database of a server that can be made to fail, straight and over a link that can be cut. Owns all but the server, and makes that work again.</summary>
internal sealed class MongoFaults : IAsyncDisposable
{
    private readonly List<MongoDocumentStore> _stores = [];

    public MongoFaults(OwnMongoServer server)
    {
        Server = server;
        Database = server.NewDatabase();
        var url = new MongoUrl(Database.ConnectionString);
        Link = LinkProxy.Start(url.Server.Host, url.Server.Port);
        Direct = Open(Database.ConnectionString);
        Linked = Open(LinkedConnectionString);
        Admin = new MongoClient(server.Address);
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public OwnMongoServer Server { get; }

    public MongoTestDatabase Database { get; }

    public LinkProxy Link { get; }

    /// <summary>A direct connection: the driver would otherwise ask the server for its address, and go around the link.</summary>
    public string LinkedConnectionString => $"mongodb://127.0.0.1:{Link.Port}/{Database.Name}?directConnection=true";

    public IDocuments<BoatDocument> Direct { get; }

    public IDocuments<BoatDocument> Linked { get; }

    public MongoClient Admin { get; }

    public RecordingLogger<MongoDocumentStore> Logger { get; } = new();

    public IDocuments<BoatDocument> Open(string connectionString, TimeProvider? time = null)
    {
        var store = new MongoDocumentStore(connectionString, Logger, time ?? TimeProvider.System);
        _stores.Add(store);
        return store.Open(BoatDocument.Type);
    }

    public async Task<BoatDocument> InsertAsync(string id)
    {
        var result = await Direct.InsertAsync(new() { Id = id }, TestContext.Current.CancellationToken);
        result.Outcome.ShouldBe(WriteOutcome.Written);
        return result.Document!;
    }

    /// <summary>Writes the document without cease.</summary>
    public async Task ChangeAsync(BoatDocument boat, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            boat = (await Direct.ReplaceAsync(boat with { Count = boat.Count + 1 }, TestContext.Current.CancellationToken)).Document!;
        }
    }

    /// <summary>A watch over the link, past its snapshot.</summary>
    public async Task<WatchReader> WatchAsync(params string[] snapshot)
    {
        var watch = new WatchReader(Linked, Patience);
        (await watch.SnapshotAsync()).ShouldBe(snapshot);
        return watch;
    }

    /// <summary>Tried again: after a restart the client may still hold a connection to the server that was killed.</summary>
    public Task FailAsync(BsonValue mode, BsonDocument data) => Eventually.TrueAsync(
        async () =>
        {
            var command = new BsonDocument { ["configureFailPoint"] = "failCommand", ["mode"] = mode, ["data"] = data };
            return (await Admin.GetDatabase("admin").RunCommandAsync<BsonDocument>(command))["ok"] == 1;
        },
        $"the fail point is set to {mode}");

    public async ValueTask DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        await Link.DisposeAsync();
        await FailAsync("off", new BsonDocument());
        Admin.Dispose();
        await Database.DisposeAsync();
    }
}
