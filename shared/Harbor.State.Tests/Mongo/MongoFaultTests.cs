using Harbor.State.Documents;
using Harbor.State.Mongo;
using Harbor.State.Tests.Documents;
using Harbor.Testing;
using Harbor.Testing.Servers;
using MongoDB.Bson;

namespace Harbor.State.Tests.Mongo;

/// <summary>What is read and written, where MongoDB or the way to it fails. On a server of its own, since fail points and kills are everybody's.</summary>
public sealed class MongoFaultTests(OwnMongoServer server) : IClassFixture<OwnMongoServer>, IAsyncLifetime
{
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
    public async Task Operations_OverACutLink_SayThatTheStateIsUnavailableAndWorkAgain()
    {
        var boat = (await Faults.Linked.InsertAsync(new() { Id = "a" }, Cancelled)).Document!;
        await Faults.Link.CutAsync();

        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Linked.GetAsync("a", Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Linked.QueryAsync(DocumentQuery.All, Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Linked.InsertAsync(new() { Id = "b" }, Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Linked.ReplaceAsync(boat, Cancelled));
        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Linked.DeleteAsync(boat, Cancelled));
        Faults.Link.Restore();

        (await Faults.Linked.ReplaceAsync(boat with { Count = 1 }, Cancelled)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Insert_WhoseConnectionIsClosedOnce_IsWrittenOnce()
    {
        await Faults.InsertAsync("warm");
        await Faults.FailAsync(new BsonDocument("times", 1), new BsonDocument { ["failCommands"] = new BsonArray { "insert" }, ["closeConnection"] = true });

        (await Faults.Direct.InsertAsync(new() { Id = "a" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.Written);

        (await Faults.Direct.GetAsync("a", Cancelled)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(112)]
    [InlineData(16908292)]
    public async Task Insert_GivenUpForAnothers_IsMadeAgain(int code)
    {
        await Faults.InsertAsync("warm");
        await Faults.FailAsync(new BsonDocument("times", 2), new BsonDocument { ["failCommands"] = new BsonArray { "insert" }, ["errorCode"] = code });

        (await Faults.Direct.InsertAsync(new() { Id = "a" }, Cancelled)).Outcome.ShouldBe(WriteOutcome.Written);
    }

    [Fact]
    public async Task Insert_GivenUpAgainAndAgain_SaysThatTheStateIsUnavailable()
    {
        await Faults.InsertAsync("warm");
        await Faults.FailAsync("alwaysOn", new BsonDocument { ["failCommands"] = new BsonArray { "insert" }, ["errorCode"] = 112 });

        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Direct.InsertAsync(new() { Id = "a" }, Cancelled));
    }

    [Fact]
    public async Task Server_KilledAndRestarted_HasWhatWasAcknowledgedAndTheWatchGoesOn()
    {
        var boat = await Faults.InsertAsync("a");
        await using var watch = await Faults.WatchAsync("a");

        await Faults.Server.KillAsync();
        await Should.ThrowAsync<StateUnavailableException>(async () => await Faults.Direct.GetAsync("a", Cancelled));
        await Faults.Server.RestartAsync(Cancelled);

        (await Eventually.GetAsync(async () => await Faults.Direct.GetAsync("a", Cancelled), read => read is not null, "the document", MongoFaults.Patience, Cancelled)).ShouldEqual(boat);
        await Faults.InsertAsync("b");
        await watch.UntilAsync("b", found => found is not null);
    }

    [Fact]
    public async Task Ping_OfAServerThatIsNotThere_SaysWhichOne()
    {
        await Faults.Link.CutAsync();
        using var store = new MongoDocumentStore($"mongodb://me:secret@127.0.0.1:{Faults.Link.Port}/", Faults.Logger, TimeProvider.System);

        var failure = await Should.ThrowAsync<StateUnavailableException>(async () => await store.PingAsync(Cancelled));

        failure.Message.ShouldContain($"127.0.0.1:{Faults.Link.Port}");
        failure.Message.ShouldNotContain("secret");
    }
}
