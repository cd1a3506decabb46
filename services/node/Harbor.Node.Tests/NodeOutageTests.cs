using System.Text.Json.Nodes;
using Harbor.Node.Routes;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;

namespace Harbor.Node.Tests;

/// <summary>The link to the DEAs is lost and comes back.</summary>
public sealed class NodeOutageTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    [Fact]
    public async Task Backends_WhileNatsIsAway_StayAndFollowTheDeasAgainOnItsReturn()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        await rig.BeatAsync("d1", "mud", 61001);
        await rig.BeatAsync("d2", "mud", 61002);
        await rig.BackendsBecomeAsync(port, "10.0.4.7:61001", "10.0.4.7:61002");

        await nats.KillAsync();
        var service = rig.Host.Services.GetRequiredService<RouteService>();
        await Eventually.TrueAsync(() => service.IsSuspended, "the node knows that NATS is away", cancellationToken: NodeRig.Cancellation);
        (await rig.BackendsAsync(port)).ShouldBe(["10.0.4.7:61001", "10.0.4.7:61002"]);

        await nats.RestartAsync(NodeRig.Cancellation);
        await Eventually.TrueAsync(() => !service.IsSuspended, "the node is connected again", cancellationToken: NodeRig.Cancellation);
        await Eventually.TrueAsync(
            async () =>
            {
                await rig.BeatAsync("d1", "mud", 61001, running: false);
                return (await rig.BackendsAsync(port)).SequenceEqual(["10.0.4.7:61002"]);
            },
            "the crash that was told after the return is seen",
            cancellationToken: NodeRig.Cancellation);
    }

    [Fact]
    public async Task Start_OnEveryConnection_AsksTheDeasToRegister()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        await using var subscription = await rig.Deas.SubscribeCoreAsync<string>("harbor.start", cancellationToken: NodeRig.Cancellation);
        await nats.KillAsync();
        await nats.RestartAsync(NodeRig.Cancellation);

        var start = await subscription.Msgs.ReadAsync(NodeRig.Cancellation).AsTask().WaitAsync(Eventually.Patience, NodeRig.Cancellation);

        start.Data.ShouldNotBeNull().ShouldContain("\"minimumRegisterIntervalInSeconds\":20,\"pruneThresholdInSeconds\":120");
    }

    [Fact]
    public async Task Greet_AndDiscover_AreAnswered()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);

        var greeted = await rig.Deas.RequestAsync<string, string>("harbor.greet", "", cancellationToken: NodeRig.Cancellation);
        var discovered = await rig.Deas.RequestAsync<string, string>("vcap.component.discover", "", cancellationToken: NodeRig.Cancellation);

        JsonNode.Parse(greeted.Data.ShouldNotBeNull())!.AsObject().Select(field => field.Key).ShouldBe(["id", "hosts", "minimumRegisterIntervalInSeconds", "pruneThresholdInSeconds"]);
        greeted.Data.ShouldContain("\"hosts\":[],\"minimumRegisterIntervalInSeconds\":20,\"pruneThresholdInSeconds\":120");
        var component = JsonNode.Parse(discovered.Data.ShouldNotBeNull())!.AsObject();
        ((string?)component["type"]).ShouldBe("HarborNode");
        ((string?)component["uuid"]).ShouldBe((string?)JsonNode.Parse(greeted.Data)!["id"]);
        ((string?)component["start"]).ShouldNotBeNull().ShouldMatch(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$");
        ((string?)component["uptime"]).ShouldNotBeNull().ShouldMatch(@"^\d+d:\d+h:\d+m:\d+s$");
    }

    [Fact]
    public async Task Node_ThatStarts_AnnouncesItself_AndAsksTheDeasToRegister()
    {
        await using var dea = new NatsConnection(new NatsOpts { Url = nats.Address });
        await using var announced = await dea.SubscribeCoreAsync<string>("vcap.component.announce", cancellationToken: NodeRig.Cancellation);
        await using var asked = await dea.SubscribeCoreAsync<string>("harbor.start", cancellationToken: NodeRig.Cancellation);
        await dea.PingAsync(NodeRig.Cancellation);

        await using var rig = await NodeRig.StartAsync(nats.Address);

        var announcement = await announced.Msgs.ReadAsync(NodeRig.Cancellation).AsTask().WaitAsync(Eventually.Patience, NodeRig.Cancellation);
        var start = await asked.Msgs.ReadAsync(NodeRig.Cancellation).AsTask().WaitAsync(Eventually.Patience, NodeRig.Cancellation);
        ((string?)JsonNode.Parse(announcement.Data.ShouldNotBeNull())!["type"]).ShouldBe("HarborNode");
        start.Data.ShouldNotBeNull().ShouldContain("\"minimumRegisterIntervalInSeconds\":20");
    }

    [Fact]
    public async Task Node_RestartedInTheMiddle_KeepsWhatIsStored_AndFollowsTheDeasFromThere()
    {
        using var directory = new TemporaryDirectory("restart");
        int port;
        await using (var before = await NodeRig.StartAsync(nats.Address, directory.Combine("harbor.db"), nodeId: "a"))
        {
            port = await before.AllocateAsync("s1");
            await before.BindAsync("s1", "mud", "b1");
            await before.BeatAsync("d1", "mud", 61001);
            await before.BeatAsync("d2", "mud", 61002);
            await before.BeatAsync("d3", "mud", 61003);
            await before.BackendsBecomeAsync(port, "10.0.4.7:61001", "10.0.4.7:61002", "10.0.4.7:61003");
        }

        await using var after = await NodeRig.StartAsync(nats.Address, directory.Combine("harbor.db"), nodeId: "a");
        await after.SayAsync("droplet.exited", """{"droplet":"mud","instance":"i-d1","reason":"CRASHED"}""");
        await after.BackendsBecomeAsync(port, "10.0.4.7:61002", "10.0.4.7:61003");
        await after.SayAsync("dea.heartbeat", """{"dea":"d2","droplets":[]}""");
        await after.BackendsBecomeAsync(port, "10.0.4.7:61003");
        await after.BeatAsync("d1", "mud", 61004);
        await after.BeatAsync("d4", "mud", 61005);
        await after.BackendsBecomeAsync(port, "10.0.4.7:61003", "10.0.4.7:61005");
    }
}
