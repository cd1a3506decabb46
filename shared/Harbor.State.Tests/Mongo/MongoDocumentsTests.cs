using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Tests.Documents;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

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
        await using var steps = Boats.WatchAsync("", _ => known, null, patience.Token).GetAsyncEnumerator(patience.Token);
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

    [Fact]
    public async Task Watch_ByOneWhoKnowsWhatWasReplaced_KeepsWhatDidNotChange()
    {
        var boat = await InsertAsync(new() { Id = "a", Crew = ["ann", "ben", "cid"], Cargo = new Dictionary<string, int> { ["rum"] = 3 } });
        await using var watch = new WatchReader(Boats, Patience, known: _ => boat);
        await watch.SnapshotAsync();

        await Boats.ReplaceAllAsync([new(boat, boat with { Crew = [boat.Crew[0], boat.Crew[2], "dan"] })], Cancelled);

        var told = (await watch.NextAsync()).Document!;
        told.Crew.ShouldBe(["ann", "cid", "dan"]);
        told.Crew[1].ShouldBeSameAs(boat.Crew[2]);
        told.Cargo.ShouldBeSameAs(boat.Cargo);
    }

    /// <summary>Whatever a stored document says of its change, where it cannot be so the document itself is read.</summary>
    [Theory]
    [InlineData("""{ _d: 7 }""")]
    [InlineData("""{ "_d.v": 1 }""")]
    [InlineData("""{ "_d.v": [1] }""")]
    [InlineData("""{ "_d.crew": [0, 9] }""")]
    [InlineData("""{ "_d.crew": [0, 1] }""")]
    [InlineData("""{ "_d.crew": [-2, 3] }""")]
    [InlineData("""{ "_d.crew": [0] }""")]
    [InlineData("""{ "_d.crew": "all" }""")]
    [InlineData("""{ "_d.owner": [0, 1] }""")]
    [InlineData("""{ "_d.sailNumber": null }""")]
    [InlineData("""{ "_d.colour": null }""")]
    public async Task Watch_OfWhatSaysNonsenseOfItsChange_ReadsTheDocument(string nonsense)
    {
        var boat = await InsertAsync(new() { Id = "a", Crew = ["ann", "ben", "cid"] });
        await using var watch = new WatchReader(Boats, Patience, known: _ => boat);
        await watch.SnapshotAsync();
        var boats = Raw();
        var replaced = (await Boats.ReplaceAllAsync([new(boat, boat with { Crew = [.. boat.Crew, "dan"] })], Cancelled))[0].Document!;
        (await watch.NextAsync()).Document.ShouldEqual(replaced);

        var changes = BsonDocument.Parse(nonsense).Add("v", replaced.Version + 1);
        if (!changes.Contains("_d") && !changes.Contains("_d.v"))
        {
            changes.Add("_d.v", new BsonArray { boat.Version, replaced.Version + 1 });
        }

        await boats.UpdateOneAsync(new BsonDocument("_id", "a"), new BsonDocument("$set", changes), cancellationToken: Cancelled);

        (await watch.NextAsync()).Document.ShouldEqual(replaced with { Version = replaced.Version + 1 });
    }

    /// <summary>What a write says of its change stands in the document still when somebody changes that by hand.</summary>
    [Fact]
    public async Task Watch_OfWhatWasChangedByHand_SaysThatToo()
    {
        var boat = await InsertAsync(new() { Id = "a", Owner = "ann" });
        await using var watch = new WatchReader(Boats, Patience, known: _ => boat);
        await watch.SnapshotAsync();
        var replaced = (await Boats.ReplaceAllAsync([new(boat, boat with { Crew = ["dan"] })], Cancelled))[0].Document!;
        (await watch.NextAsync()).Document.ShouldEqual(replaced);

        await Raw().UpdateOneAsync(new BsonDocument("_id", "a"), new BsonDocument("$set", new BsonDocument { { "owner", "eve" }, { "v", replaced.Version + 1 } }), cancellationToken: Cancelled);

        (await watch.NextAsync()).Document.ShouldEqual(replaced with { Owner = "eve", Version = replaced.Version + 1 });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_ThatLeavesAPropertyOut_IsNotToldOfItAlone(bool fromItsStart)
    {
        var boats = new List<BoatDocument> { await InsertAsync(new() { Id = "a" }), await InsertAsync(new() { Id = "b" }) };
        var leaveOut = fromItsStart ? nameof(BoatDocument.Crew) : null;
        await using var watch = new WatchReader(Boats, Patience, leaveOut: () => leaveOut);
        await watch.SnapshotAsync();

        // Until the stream has come past the snapshot, what it names is read as it is stored by then.
        var passed = await InsertAsync(new() { Id = "passed" });
        await watch.UntilAsync(passed.Id, boat => boat is not null);
        leaveOut = nameof(BoatDocument.Crew);

        // One by itself, and two in one command.
        boats[0] = await ReplaceOneAsync(boats[0], boats[0] with { Crew = ["ann"] });
        await Boats.ReplaceAllAsync([.. boats.Select(boat => new Replacement<BoatDocument>(boat, boat with { Crew = ["ben"] }))], Cancelled);
        var last = await InsertAsync(new() { Id = "c" });

        (await watch.NextAsync()).Document.ShouldEqual(last);
    }

    /// <summary>What a write says of its change stands in the document still when somebody changes that by hand.</summary>
    [Fact]
    public async Task Watch_ThatLeavesAPropertyOut_IsToldWhatWasChangedByHand()
    {
        var boat = await InsertAsync(new() { Id = "a", Owner = "ann" });
        await using var watch = new WatchReader(Boats, Patience, leaveOut: () => nameof(BoatDocument.Crew));
        await watch.SnapshotAsync();
        var replaced = await ReplaceOneAsync(boat, boat with { Crew = ["dan"] });

        await Raw().UpdateOneAsync(new BsonDocument("_id", "a"), new BsonDocument("$set", new BsonDocument { { "owner", "eve" }, { "v", replaced.Version + 1 } }), cancellationToken: Cancelled);

        (await watch.NextAsync()).Document.ShouldEqual(replaced with { Owner = "eve", Version = replaced.Version + 1 });
    }

    /// <summary>A program that does not know a field writes the document without it.</summary>
    [Fact]
    public async Task Watch_OfWhatHasLostAField_SaysItIsLost()
    {
        var known = await InsertAsync(new() { Id = "a", SailNumber = "D-1", Owner = "ann" });
        await using var watch = new WatchReader(Boats, Patience, known: _ => known);
        await watch.SnapshotAsync();
        await Boats.ReplaceAllAsync([new(known, known with { Count = 1 })], Cancelled);
        known = (await watch.NextAsync()).Document!;
        var lost = new BsonDocument
        {
            { "$unset", new BsonDocument("sailNumber", "") },
            { "$set", new BsonDocument { { "v", known.Version + 1 }, { "_d", new BsonDocument("v", new BsonArray { known.Version, known.Version + 1 }) } } },
        };

        await Raw().UpdateOneAsync(new BsonDocument("_id", "a"), lost, cancellationToken: Cancelled);

        (await watch.NextAsync()).Document.ShouldEqual(known with { Version = known.Version + 1, SailNumber = null });
    }

    [Fact]
    public async Task Watch_ByOneWhoMissedAVersion_SaysWhatThatChangedToo()
    {
        var boat = await InsertAsync(new() { Id = "a" });
        await using var watch = new WatchReader(Boats, Patience, known: _ => boat);
        await watch.SnapshotAsync();
        var missed = (await Boats.ReplaceAllAsync([new(boat, boat with { Owner = "ann" })], Cancelled))[0].Document!;
        (await watch.NextAsync()).Document.ShouldEqual(missed);

        var replaced = (await Boats.ReplaceAllAsync([new(missed, missed with { Crew = ["dan"] })], Cancelled))[0].Document!;

        (await watch.NextAsync()).Document.ShouldEqual(replaced);
    }

    [Fact]
    public async Task ReplaceAll_OfWhatWasNotMadeFromWhatWasRead_IsRefused()
    {
        var boat = await InsertAsync(new() { Id = "a" });

        await Should.ThrowAsync<ArgumentException>(async () => await Boats.ReplaceAllAsync([new(boat with { Version = 1 }, boat with { Count = 1 })], Cancelled));
    }

    protected override IDocumentStore OpenStore() => OpenStore(TimeProvider.System);

    private IMongoCollection<BsonDocument> Raw()
    {
        var url = new MongoUrl(_database!.ConnectionString);
        return new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<BsonDocument>(BoatDocument.Type.Collection);
    }

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
