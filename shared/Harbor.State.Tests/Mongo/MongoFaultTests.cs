using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Tests.Documents;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Tests.Mongo;

/// <summary>Faults of MongoDB and of the way to it. On a server of its own, since fail points and kills are everybody's.</summary>
public sealed class MongoFaultTests(OwnMongoServer server) : IClassFixture<OwnMongoServer>, IAsyncLifetime
{
    private const int PollingLogged = 5010;
    private const int StreamingLogged = 5014;
    private const int InterruptedLogged = 5011;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly RecordingLogger<MongoDocumentStore> _logger = new();
    private readonly List<MongoDocumentStore> _stores = [];
    private MongoTestDatabase? _database;
    private LinkProxy? _link;
    private IDocuments<BoatDocument> _direct = null!;
    private IDocuments<BoatDocument> _linked = null!;
    private MongoClient _admin = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _database = server.NewDatabase();
        var url = new MongoUrl(_database.ConnectionString);
        _link = LinkProxy.Start(url.Server.Host, url.Server.Port);
        _direct = Open(_database.ConnectionString);
        // A direct connection: the driver would otherwise ask the server for its address, and go around the link.
        _linked = Open($"mongodb://127.0.0.1:{_link.Port}/{_database.Name}?directConnection=true");
        _admin = new MongoClient(server.Address);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        if (_database is not null)
        {
            await _link!.DisposeAsync();
            await FailAsync("off", new BsonDocument());
            _admin.Dispose();
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Watch_WhoseLinkIsCut_GoesOnWhereItWas()
    {
        await using var watch = await WatchAsync();
        await InsertAsync("a");
        (await watch.NextAsync()).Id.ShouldBe("a");

        await _link!.CutAsync();
        var boat = await InsertAsync("b");
        await _direct.DeleteAsync((await _direct.GetAsync("a", Cancelled))!, Cancelled);
        _link.Restore();

        (await watch.NextAsync("the insert that was missed")).Document.ShouldEqual(boat);
        (await watch.NextAsync("the delete that was missed")).ShouldBe(DocumentChange<BoatDocument>.Deleted("a"));
    }

    [Fact]
    public async Task Watch_WhoseLinkFallsSilent_GoesOnWhenItIsBack()
    {
        await using var watch = await WatchAsync();

        _link!.Pause();
        await InsertAsync("a");
        var next = watch.NextAsync("the insert that was missed");
        await Should.ThrowAsync<StateUnavailableException>(async () => await _linked.GetAsync("a", Cancelled));
        _link.Restore();

        (await next).Id.ShouldBe("a");
    }

    [Fact]
    public async Task Operations_OverACutLink_SayThatTheStateIsUnavailableAndWorkAgain()
    {
        var boat = (await _linked.InsertAsync(new() { Id = "a" }, Cancelled)).Document!;
        await _link!.CutAsync();

        await Should.ThrowAsync<StateUnavailableException>(async () => await _linked.GetAsync("a", Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await _linked.QueryAsync(DocumentQuery.All, Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await _linked.InsertAsync(new() { Id = "b" }, Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await _linked.ReplaceAsync(boat, Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await _linked.DeleteAsync(boat, Cancelled));
        _link.Restore();

        (await _linked.ReplaceAsync(boat with { Count = 1 }, Cancelled)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Insert_WhoseConnectionIsClosedOnce_IsWrittenOnce()
    {
        await InsertAsync("warm");
        await FailAsync(new BsonDocument("times", 1), new BsonDocument { ["failCommands"] = new BsonArray { "insert" }, ["closeConnection"] = true });

        (await _direct.InsertAsync(new() { Id = "a" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.Written);

        (await _direct.GetAsync("a", Cancelled)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Watch_WhoseHistoryIsLost_StartsAgainWithASnapshot()
    {
        await using var watch = await WatchAsync();
        await InsertAsync("a");
        (await watch.NextAsync()).Id.ShouldBe("a");

        await _link!.CutAsync();
        await _direct.DeleteAsync((await _direct.GetAsync("a", Cancelled))!, Cancelled);
        await InsertAsync("b");
        await FailAsync(new BsonDocument("times", 1), new BsonDocument { ["failCommands"] = new BsonArray { "aggregate" }, ["errorCode"] = 286 });
        _link.Restore();

        (await watch.SnapshotAsync()).ShouldBe(["b"]);
        await InsertAsync("c");
        (await watch.NextAsync()).Id.ShouldBe("c");
    }

    [Fact]
    public async Task Watch_WhereTheServerForgotItsHistory_StartsAgainWithASnapshot()
    {
        await using var watch = await WatchAsync();
        await InsertAsync("a");
        (await watch.NextAsync()).Id.ShouldBe("a");

        await _link!.CutAsync();
        await InsertAsync("b");
        try
        {
            await _admin.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("truncateChangeLog", 1), cancellationToken: Cancelled);
        }
        catch (MongoCommandException exception)
        {
            Assert.Skip($"This server cannot be made to forget its history: {exception.Message}");
        }

        _link.Restore();

        (await watch.SnapshotAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Watch_WithoutChangeStreams_PollsAndSaysSoOnce()
    {
        await InsertAsync("a");
        await FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "aggregate" }, ["errorCode"] = 40573 });
        await using var watch = new WatchReader(_linked, _patience);
        await using var other = new WatchReader(_linked, _patience, "b");
        (await watch.SnapshotAsync()).ShouldBe(["a"]);
        (await other.SnapshotAsync()).ShouldBeEmpty();

        var boat = await InsertAsync("b");
        (await watch.NextAsync()).Document.ShouldEqual(boat);
        (await other.NextAsync()).Document.ShouldEqual(boat);
        var replaced = (await _direct.ReplaceAsync(boat with { Count = 2 }, Cancelled)).Document!;
        (await watch.NextAsync()).Document.ShouldEqual(replaced);
        await _direct.DeleteAsync(replaced, Cancelled);
        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.Deleted("b"));

        _logger.EventIds.Count(id => id == PollingLogged).ShouldBe(1);
    }

    [Fact]
    public async Task Watch_WhoseServerGetsChangeStreams_GoesOverToThem()
    {
        var time = new FakeTimeProvider();
        var polled = Open($"mongodb://127.0.0.1:{_link!.Port}/{_database!.Name}?directConnection=true", time);
        await InsertAsync("a");
        await FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "aggregate" }, ["errorCode"] = 40573 });
        await using var watch = new WatchReader(polled, _patience);
        (await watch.SnapshotAsync()).ShouldBe(["a"]);
        _logger.EventIds.ShouldContain(PollingLogged);

        await FailAsync("off", new BsonDocument());
        var next = watch.SnapshotAsync();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return next.IsCompleted;
            },
            "a snapshot from the change stream",
            _patience,
            Cancelled);
        (await next).ShouldBe(["a"]);

        // The clock stands still from here on: what comes is not polled for.
        var boat = await InsertAsync("b");
        (await watch.NextAsync()).Document.ShouldEqual(boat);
        _logger.EventIds.Count(id => id == StreamingLogged).ShouldBe(1);
    }

    [Fact]
    public async Task Watch_OpenedWhileDocumentsChangeWithoutCease_SoonTakesThemFromTheStreamAlone()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var changing = ChangeAsync(await InsertAsync("a"), stop.Token);
        await using var watch = await WatchAsync("a");
        await FollowAsync(300);

        // Whoever reads a document for each event cannot go on now.
        await FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "find" }, ["errorCode"] = 91 });
        await FollowAsync(300);

        await stop.CancelAsync();
        await changing;
        _logger.EventIds.ShouldNotContain(InterruptedLogged);

        async Task FollowAsync(int changes)
        {
            for (var change = 0; change < changes; change++)
            {
                await watch.NextAsync("the next change");
            }
        }
    }

    [Fact]
    public async Task Watch_OfADroppedCollection_StartsAgainWithASnapshot()
    {
        await InsertAsync("a");
        await using var watch = await WatchAsync("a");

        await _admin.GetDatabase(_database!.Name).DropCollectionAsync(BoatDocument.Type.Collection, Cancelled);

        (await watch.SnapshotAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Server_KilledAndRestarted_HasWhatWasAcknowledgedAndTheWatchGoesOn()
    {
        var boat = await InsertAsync("a");
        await using var watch = await WatchAsync("a");

        await server.KillAsync();
        await Should.ThrowAsync<StateUnavailableException>(async () => await _direct.GetAsync("a", Cancelled));
        await server.RestartAsync(Cancelled);

        (await Eventually.GetAsync(async () => await _direct.GetAsync("a", Cancelled), read => read is not null, "the document", _patience, Cancelled)).ShouldEqual(boat);
        await InsertAsync("b");
        await watch.UntilAsync("b", found => found is not null);
    }

    [Fact]
    public async Task Ping_OfAServerThatIsNotThere_SaysWhichOne()
    {
        await _link!.CutAsync();
        using var store = new MongoDocumentStore($"mongodb://me:secret@127.0.0.1:{_link.Port}/", _logger, TimeProvider.System);

        var failure = await Should.ThrowAsync<StateUnavailableException>(async () => await store.PingAsync(Cancelled));

        failure.Message.ShouldContain($"127.0.0.1:{_link.Port}");
        failure.Message.ShouldNotContain("secret");
    }

    private IDocuments<BoatDocument> Open(string connectionString, TimeProvider? time = null)
    {
        var store = new MongoDocumentStore(connectionString, _logger, time ?? TimeProvider.System);
        _stores.Add(store);
        return store.Open(BoatDocument.Type);
    }

    private async Task ChangeAsync(BoatDocument boat, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            boat = (await _direct.ReplaceAsync(boat with { Count = boat.Count + 1 }, Cancelled)).Document!;
        }
    }

    private async Task<BoatDocument> InsertAsync(string id)
    {
        var result = await _direct.InsertAsync(new() { Id = id }, Cancelled);
        result.Outcome.ShouldBe(WriteOutcome.Written);
        return result.Document!;
    }

    /// <summary>A watch over the link, past its snapshot.</summary>
    private async Task<WatchReader> WatchAsync(params string[] snapshot)
    {
        var watch = new WatchReader(_linked, _patience);
        (await watch.SnapshotAsync()).ShouldBe(snapshot);
        return watch;
    }

    /// <summary>Tried again: after a restart the client may still hold a connection to the server that was killed.</summary>
    private Task FailAsync(BsonValue mode, BsonDocument data) => Eventually.TrueAsync(
        async () =>
        {
            var command = new BsonDocument { ["configureFailPoint"] = "failCommand", ["mode"] = mode, ["data"] = data };
            return (await _admin.GetDatabase("admin").RunCommandAsync<BsonDocument>(command))["ok"] == 1;
        },
        $"the fail point is set to {mode}");
}
