using Harbor.Contracts.Ports;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Documents;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using NATS.Client.Core;

namespace Harbor.Node.Benchmarks;

/// <summary>
/// The whole node over a real nats-server and a real store, as <c>infra</c> runs it, with so many ports, each bound to an application of its own; publisher and node
/// share the machine. Owns all but the server of the store; in that a database.
/// </summary>
internal sealed class LiveNode : IAsyncDisposable
{
    public const int FirstPort = 20000;

    private readonly OwnNatsServer _server;
    private readonly TemporaryDirectory _directory;
    private readonly TestHost _host;
    private readonly MongoTestDatabase? _database;
    private readonly CancellationTokenSource _stop = new();

    private LiveNode(OwnNatsServer server, TemporaryDirectory directory, TestHost host, MongoTestDatabase? database)
    {
        _server = server;
        _directory = directory;
        _host = host;
        _database = database;
        Store = database is null ? "SQLite" : "MongoDB";
        Nats = new NatsConnection(new NatsOpts { Url = server.Address });
        Ports = host.Services.GetRequiredService<ObservedDocuments<PortDocument>>();
        View = new(Ports);
    }

    public string Store { get; }

    public NatsConnection Nats { get; }

    /// <summary>As the node writes them.</summary>
    public ObservedDocuments<PortDocument> Ports { get; }

    /// <summary>As a watch shows them.</summary>
    public DocumentView<PortDocument> View { get; }

    public static async Task<LiveNode> StartAsync(string? mongo, int ports, CancellationToken cancellation)
    {
        var server = new OwnNatsServer();
        await server.InitializeAsync();
        var directory = new TemporaryDirectory("bench");
        var settings = new Dictionary<string, string?> { ["Harbor:Nats:Url"] = server.Address, ["Harbor:State:Provider"] = mongo is null ? "Sqlite" : "Mongo" };

        // A database of its own: in one that another run has left all is as it is to be from the start.
        var database = mongo is null ? null : NewDatabase(mongo);
        settings[database is null ? "Harbor:State:Sqlite:Path" : "Harbor:State:Mongo:ConnectionString"] = database?.ConnectionString ?? directory.Combine("harbor.db");
        var host = await TestHost.StartAsync(settings, [new NodeModule(), new DocumentsModule<PortDocument, ObservedDocuments<PortDocument>>(ports => new(ports))], cancellation);
        var node = new LiveNode(server, directory, host, database);
        await node.FillAsync(ports, cancellation);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Nats.DisposeAsync();
        await _host.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await _server.DisposeAsync();
        _directory.Dispose();
        _stop.Dispose();
    }

    private static MongoTestDatabase NewDatabase(string server)
    {
        var name = $"harbor-bench-{Guid.NewGuid():N}";
        return new(new MongoUrlBuilder(server) { DatabaseName = name }.ToString(), name);
    }

    private async Task FillAsync(int count, CancellationToken cancellation)
    {
        await _host.Services.GetRequiredService<IDocuments<PoolDocument>>()
            .InsertAsync(new PoolDocument { Id = "default", FirstPort = FirstPort, LastPort = FirstPort + count, Host = "127.0.0.1" }, cancellation);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation }, async (number, token) =>
            await Ports.InsertAsync(
                new PortDocument
                {
                    Id = PortDocument.IdOf("default", FirstPort + number),
                    Pool = "default",
                    Port = FirstPort + number,
                    Protocol = PortProtocol.Tcp,
                    ServiceInstanceId = $"s{number}",
                    State = PortState.Active,
                    Policy = new PortPolicy(),
                    Apps = [new BoundApp { AppGuid = Fleet.AppOf(number), IntPort = 4100, BindingIds = [$"b{number}"] }],
                    AllocatedAt = TimeProvider.System.GetUtcNow(),
                },
                token));
        _ = View.RunAsync(_stop.Token);
        await View.ReadyAsync(cancellation);
        await Nats.ConnectAsync();
        var known = _host.Services.GetRequiredService<NodeViews>();
        await Eventually.TrueAsync(() => known.Ports.Count == count, "the node knows all ports", cancellationToken: cancellation);
    }
}
