using Harbor.State.Documents;
using Harbor.State.Tests.Documents;
using Harbor.Testing;
using Harbor.Testing.Servers;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Tests.Mongo;

/// <summary>What a watch goes through, and never loses a change by. On a server of its own, since fail points are everybody's.</summary>
public sealed class MongoWatchFaultTests(OwnMongoServer server) : IClassFixture<OwnMongoServer>, IAsyncLifetime
{
    private const int PollingLogged = 5010;
    private const int StreamingLogged = 5014;
    private const int InterruptedLogged = 5011;

    private MongoFaults? _rig;

    private MongoFaults Faults => _rig!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _rig = new MongoFaults(server);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _rig?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Watch_WhoseLinkIsCut_GoesOnWhereItWas()
    {
        await using var watch = await Faults.WatchAsync();
        await Faults.InsertAsync("a");
        (await watch.NextAsync()).Id.ShouldBe("a");

        await Faults.Link.CutAsync();
        var boat = await Faults.InsertAsync("b");
        await Faults.Direct.DeleteAsync((await Faults.Direct.GetAsync("a", Cancelled))!, Cancelled);
        Faults.Link.Restore();

        (await watch.NextAsync("the insert that was missed")).Document.ShouldEqual(boat);
        (await watch.NextAsync("the delete that was missed")).ShouldBe(DocumentChange<BoatDocument>.Deleted("a"));
    }

    [Fact]
    public async Task Watch_WhoseLinkFallsSilent_GoesOnWhenItIsBack()
    {
        await using var watch = await Faults.WatchAsync();

        Faults.Link.Pause();
        await Faults.InsertAsync("a");
        var next = watch.NextAsync("the insert that was missed");
        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Linked.GetAsync("a", Cancelled));
        Faults.Link.Restore();

        (await next).Id.ShouldBe("a");
    }

    [Fact]
    public async Task Watch_WhoseHistoryIsLost_StartsAgainWithASnapshot()
    {
        await using var watch = await Faults.WatchAsync();
        await Faults.InsertAsync("a");
        (await watch.NextAsync()).Id.ShouldBe("a");

        await Faults.Link.CutAsync();
        await Faults.Direct.DeleteAsync((await Faults.Direct.GetAsync("a", Cancelled))!, Cancelled);
        await Faults.InsertAsync("b");
        await Faults.FailAsync(new BsonDocument("times", 1), new BsonDocument { ["failCommands"] = new BsonArray { "aggregate" }, ["errorCode"] = 286 });
        Faults.Link.Restore();

        (await watch.SnapshotAsync()).ShouldBe(["b"]);
        await Faults.InsertAsync("c");
        (await watch.NextAsync()).Id.ShouldBe("c");
    }

    [Fact]
    public async Task Watch_WhereTheServerForgotItsHistory_StartsAgainWithASnapshot()
    {
        await using var watch = await Faults.WatchAsync();
        await Faults.InsertAsync("a");
        (await watch.NextAsync()).Id.ShouldBe("a");

        await Faults.Link.CutAsync();
        await Faults.InsertAsync("b");
        try
        {
            await Faults.Admin.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("truncateChangeLog", 1), cancellationToken: Cancelled);
        }
        catch (MongoCommandException exception)
        {
            Assert.Skip($"This server cannot be made to forget its history: {exception.Message}");
        }

        Faults.Link.Restore();

        (await watch.SnapshotAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Watch_WithoutChangeStreams_PollsAndSaysSoOnce()
    {
        await Faults.InsertAsync("a");
        await Faults.FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "aggregate" }, ["errorCode"] = 40573 });
        await using var watch = new WatchReader(Faults.Linked, MongoFaults.Patience);
        await using var other = new WatchReader(Faults.Linked, MongoFaults.Patience, "b");
        (await watch.SnapshotAsync()).ShouldBe(["a"]);
        (await other.SnapshotAsync()).ShouldBeEmpty();

        var boat = await Faults.InsertAsync("b");
        (await watch.NextAsync()).Document.ShouldEqual(boat);
        (await other.NextAsync()).Document.ShouldEqual(boat);
        var replaced = (await Faults.Direct.ReplaceAsync(boat with { Count = 2 }, Cancelled)).Document!;
        (await watch.NextAsync()).Document.ShouldEqual(replaced);
        await Faults.Direct.DeleteAsync(replaced, Cancelled);
        (await watch.NextAsync()).ShouldBe(DocumentChange<BoatDocument>.Deleted("b"));

        Faults.Logger.EventIds.Count(id => id == PollingLogged).ShouldBe(1);
    }

    [Fact]
    public async Task Watch_WhoseServerGetsChangeStreams_GoesOverToThem()
    {
        var time = new FakeTimeProvider();
        var polled = Faults.Open(Faults.LinkedConnectionString, time);
        await Faults.InsertAsync("a");
        await Faults.FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "aggregate" }, ["errorCode"] = 40573 });
        await using var watch = new WatchReader(polled, MongoFaults.Patience);
        (await watch.SnapshotAsync()).ShouldBe(["a"]);
        Faults.Logger.EventIds.ShouldContain(PollingLogged);

        await Faults.FailAsync("off", new BsonDocument());
        var next = watch.SnapshotAsync();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return next.IsCompleted;
            },
            "a snapshot from the change stream",
            MongoFaults.Patience,
            Cancelled);
        (await next).ShouldBe(["a"]);

        // The clock stands still from here on: what comes is not polled for.
        var boat = await Faults.InsertAsync("b");
        (await watch.NextAsync()).Document.ShouldEqual(boat);
        Faults.Logger.EventIds.Count(id => id == StreamingLogged).ShouldBe(1);
    }

    [Fact]
    public async Task Watch_OpenedWhileDocumentsChangeWithoutCease_SoonTakesThemFromTheStreamAlone()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var changing = Faults.ChangeAsync(await Faults.InsertAsync("a"), stop.Token);
        await using var watch = await Faults.WatchAsync("a");
        await FollowAsync(300);

        // Whoever reads a document for each event cannot go on now.
        await Faults.FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "find" }, ["errorCode"] = 91 });
        await FollowAsync(300);

        await stop.CancelAsync();
        await changing;
        Faults.Logger.EventIds.ShouldNotContain(InterruptedLogged);

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
        await Faults.InsertAsync("a");
        await using var watch = await Faults.WatchAsync("a");

        await Faults.Admin.GetDatabase(Faults.Database.Name).DropCollectionAsync(BoatDocument.Type.Collection, Cancelled);

        (await watch.SnapshotAsync()).ShouldBeEmpty();
    }
}
