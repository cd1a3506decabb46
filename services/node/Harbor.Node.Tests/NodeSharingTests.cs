using System.Diagnostics.Metrics;
using Harbor.Node.Leases;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Node.Tests;

/// <summary>Two nodes over one store and one NATS.</summary>
public sealed class NodeSharingTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    private const int Deas = 20;

    [Fact]
    public async Task Changes_HeardByTwoNodes_AreWrittenByOne()
    {
        await using var first = await NodeRig.StartAsync(nats.Address, nodeId: "a");
        await using var second = await NodeRig.StartAsync(nats.Address, first.Database, nodeId: "b");
        await first.SharedAsync();
        await second.SharedAsync();
        var port = await first.AllocateAsync("s1");
        await first.BindAsync("s1", "mud", "b1");
        using var writes = new WriteCount(first, second);

        var expected = new List<string>();
        for (var dea = 0; dea < Deas; dea++)
        {
            expected.Add($"10.0.4.7:{61000 + dea}");
            await first.BeatAsync($"d{dea}", "mud", 61000 + dea);
            await first.BackendsBecomeAsync(port, [.. expected]);
        }

        // A write is counted a moment after it can be read.
        await Eventually.TrueAsync(() => writes.Total == Deas, $"{Deas} changes are {Deas} writes", cancellationToken: NodeRig.Cancellation);
        writes.Nodes.ShouldBe(2);
    }

    [Fact]
    public async Task Share_OfAKilledNode_IsTakenOverWithoutABackendLost()
    {
        await using var first = await NodeRig.StartAsync(nats.Address, nodeId: "a");
        await using var other = await NodeRig.StartProcessAsync(nats.Address, "b", "--Harbor:State:Provider=Sqlite", $"--Harbor:State:Sqlite:Path={first.Database}");
        var share = first.Share;
        await first.SharedAsync();
        var port = await first.AllocateAsync("s1");
        await first.BindAsync("s1", "mud", "b1");
        for (var dea = 0; dea < Deas; dea++)
        {
            await first.BeatAsync($"d{dea}", "mud", 61000 + dea);
        }

        await Eventually.GetAsync(() => first.BackendsAsync(port), seen => seen.Count == Deas, "the backends of both nodes' shares", cancellationToken: NodeRig.Cancellation);
        var orphan = Enumerable.Range(0, Deas).First(dea => !share.Owns($"d{dea}"));

        await other.KillAsync();
        await first.SayAsync("droplet.exited", $$"""{"droplet":"mud","instance":"i-d{{orphan}}","reason":"CRASHED"}""");
        var fewest = await first.FewestUntilGoneAsync(port, $"10.0.4.7:{61000 + orphan}");

        fewest.ShouldBe(Deas - 1);
        share.Count.ShouldBe(Partitions.Count);
    }

    [Fact]
    public async Task Backend_ThatANodeWithoutItsShareWroteLate_IsTakenOutByTheOneThatHasIt()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        await rig.BeatAsync("d1", "mud", 61044);
        await rig.BackendsBecomeAsync(port, "10.0.4.7:61044");

        var stored = (await rig.Ports.GetAsync(PortDocument.IdOf("default", port), NodeRig.Cancellation))!;
        var late = stored.Backends[0] with { Port = 61045, InstanceId = "gone" };
        (await rig.Ports.ReplaceAsync(stored with { Backends = [.. stored.Backends, late] }, NodeRig.Cancellation)).Written.ShouldBeTrue();

        await rig.BackendsBecomeAsync(port, "10.0.4.7:61044");
    }

    /// <summary>Counts route writes by node.</summary>
    private sealed class WriteCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly System.Collections.Concurrent.ConcurrentDictionary<Instrument, long> _counts = new();

        public WriteCount(params NodeRig[] rigs)
        {
            var meters = rigs.Select(rig => rig.Host.Services.GetRequiredService<IMeterFactory>()).ToList();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "harbor.node.route_writes" && meters.Contains(instrument.Meter.Scope))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => _counts.AddOrUpdate(instrument, count, (_, known) => known + count));
            _listener.Start();
        }

        public long Total => _counts.Values.Sum();

        public int Nodes => _counts.Count;

        public void Dispose() => _listener.Dispose();
    }
}
