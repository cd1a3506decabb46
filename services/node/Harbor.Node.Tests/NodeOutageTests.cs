using Harbor.Node.Routes;
using Harbor.Testing;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

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

        greeted.Data.ShouldNotBeNull().ShouldContain("\"hosts\":[]");
        discovered.Data.ShouldNotBeNull().ShouldContain("\"type\":\"HarborNode\"");
    }
}
