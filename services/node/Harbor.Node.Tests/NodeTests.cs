using Harbor.Node.Leases;
using Harbor.State.Documents;
using Harbor.State.Leases;
using Harbor.Testing;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Node.Tests;

/// <summary>The whole node: commands in, events in, port documents out.</summary>
public sealed class NodeTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    [Fact]
    public async Task Heartbeat_OfABoundApplication_BringsBackendAndItsExitTakesIt()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var port = await rig.AllocateAsync("s1");
        (await rig.BindAsync("s1", "mud", "b1")).ShouldBe(4100);

        // The NATS client holds subscriptions weakly.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        await rig.SayAsync("dea.heartbeat", """{"dea":"d1","ip":"10.0.4.7","droplets":[{"droplet":"mud","instance":"i1","index":0,"state":"RUNNING","state_timestamp":1.5,"ports":[{"container_port":4100,"host_port":61044}]}]}""");
        await rig.BackendsBecomeAsync(port, "10.0.4.7:61044");

        await rig.SayAsync("droplet.exited", """{"droplet":"mud","instance":"i1","reason":"CRASHED"}""");
        await rig.BackendsBecomeAsync(port);
    }

    [Fact]
    public async Task UnmodifiedDea_AskedForTheDroplet_GivesTheMainPort()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        await using var asked = await rig.Deas.SubscribeCoreAsync<string>("dea.find.droplet", cancellationToken: NodeRig.Cancellation);

        await rig.SayAsync("dea.heartbeat", """{"dea":"d1","droplets":[{"droplet":"mud","instance":"i1","index":0,"state":"RUNNING","state_timestamp":1.5}]}""");
        var question = await asked.Msgs.ReadAsync(NodeRig.Cancellation).AsTask().WaitAsync(Eventually.Patience, NodeRig.Cancellation);
        await rig.SayAsync(question.ReplyTo.ShouldNotBeNull(), """{"dea":"d1","droplet":"mud","instance":"i1","index":0,"state":"RUNNING","stats":{"host":"10.0.4.7","port":61023}}""");

        question.Data.ShouldBe("""{"droplet":"mud","states":["RUNNING"],"include_stats":true}""");
        await rig.BackendsBecomeAsync(port, "10.0.4.7:61023");
    }

    [Fact]
    public async Task UnmodifiedDea_ThatDoesNotAnswer_IsAskedAgain_ButNotWithEveryHeartbeat()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        await rig.BoundAsync(await BoundAsync(rig), "mud");
        await using var asked = await rig.Deas.SubscribeCoreAsync<string>("dea.find.droplet", cancellationToken: NodeRig.Cancellation);
        var questions = 0;
        var heartbeats = 0;

        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 5; i++, heartbeats++)
                {
                    await rig.SayAsync("dea.heartbeat", """{"dea":"d1","droplets":[{"droplet":"mud","instance":"i1","index":0,"state":"RUNNING","state_timestamp":1.5}]}""");
                }

                while (asked.Msgs.TryRead(out _))
                {
                    questions++;
                }

                return questions == 3;
            },
            "the second and the third question",
            cancellationToken: NodeRig.Cancellation);

        heartbeats.ShouldBeGreaterThan(10);
    }

    private static async Task<int> BoundAsync(NodeRig rig)
    {
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        return port;
    }

    [Fact]
    public async Task Share_OfANodeThatLives_IsRenewedForAsLongAsItLives()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var documents = rig.Host.Services.GetRequiredService<IDocuments<PartitionsDocument>>();
        var share = rig.Host.Services.GetRequiredService<PartitionShare>();

        await Eventually.GetAsync(
            async () => (await documents.GetAsync(PartitionsDocument.DeaEvents, NodeRig.Cancellation))?.Members.Values.Single() ?? 0,
            renewals => renewals > 4,
            "five renewals",
            cancellationToken: NodeRig.Cancellation);

        share.Count.ShouldBe(Partitions.Count);
    }
}
