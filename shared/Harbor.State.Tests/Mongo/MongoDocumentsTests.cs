using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Tests.Documents;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.State.Tests.Mongo;

public sealed class MongoDocumentsTests(MongoServer server) : DocumentsSuite, IClassFixture<MongoServer>
{
    private readonly List<MongoDocumentStore> _stores = [];
    private MongoTestDatabase? _database;

    public override ValueTask InitializeAsync()
    {
        _database = server.NewDatabase();
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    /// <summary>Versions follow the clocks of those who write, so that what is inserted anew can have an older one than what was deleted.</summary>
    [Fact]
    public async Task Watch_OfWhatIsInsertedAnewByAClockThatLags_SaysIt()
    {
        var ahead = OpenStore(new FixedTime(TimeProvider.System.GetUtcNow().AddHours(1))).Open(BoatDocument.Type);
        var boat = (await ahead.InsertAsync(new() { Id = "a" }, Cancelled)).Document!;
        BoatDocument? known = null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(Patience);
        await using var steps = Boats.WatchAsync("", (_, version) => known?.Version >= version, patience.Token).GetAsyncEnumerator(patience.Token);
        await UntilAsync(step => step.Kind == DocumentChangeKind.SnapshotCompleted);
        known.ShouldEqual(boat);

        // Before the watch goes on, so that it comes to both at once.
        await ahead.DeleteAsync(boat, Cancelled);
        var again = await InsertAsync(new() { Id = "a", Count = 7 });

        again.Version.ShouldBeLessThan(boat.Version);
        await UntilAsync(step => step.Kind == DocumentChangeKind.Deleted);
        await UntilAsync(step => step.Kind == DocumentChangeKind.Upserted);
        known.ShouldEqual(again);

        async Task UntilAsync(Func<DocumentChange<BoatDocument>, bool> condition)
        {
            do
            {
                (await steps.MoveNextAsync()).ShouldBeTrue();
                known = steps.Current.Id == "a" ? steps.Current.Document : known;
            }
            while (!condition(steps.Current));
        }
    }

    protected override IDocumentStore OpenStore() => OpenStore(TimeProvider.System);

    private MongoDocumentStore OpenStore(TimeProvider time)
    {
        var store = new MongoDocumentStore(_database!.ConnectionString, NullLogger<MongoDocumentStore>.Instance, time);
        _stores.Add(store);
        return store;
    }

    /// <summary>A clock that stands; its timers run all the same.</summary>
    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
