using Harbor.Testing;
using Harbor.Testing.Servers;

namespace Harbor.Node.Tests;

/// <summary>The metrics have what happened to all. Alone: a process's exporter shows the instruments of every node in it, also those of other tests.</summary>
[CollectionDefinition(nameof(NodeMetricsTests), DisableParallelization = true)]
[Collection(nameof(NodeMetricsTests))]
public sealed class NodeMetricsTests(OwnNatsServer nats) : IClassFixture<OwnNatsServer>
{
    [Fact]
    public async Task Metrics_OfTheNode_AreThereByName()
    {
        await using var rig = await NodeRig.StartAsync(nats.Address);
        var port = await rig.AllocateAsync("s1");
        await rig.BindAsync("s1", "mud", "b1");
        await rig.BeatAsync("d1", "mud", 61044);
        await rig.BackendsBecomeAsync(port, "10.0.4.7:61044");
        await rig.SayAsync("dea.heartbeat", "nonsense");

        var metrics = await Eventually.GetAsync(
            () => rig.Host.Http.GetStringAsync("/metrics", NodeRig.Cancellation),
            text => Samples(text).Any(sample => sample.StartsWith("harbor_node_events_total{", StringComparison.Ordinal) && sample.Contains("\"Malformed\"", StringComparison.Ordinal))
                && Samples(text).Any(sample => sample.StartsWith("harbor_node_event_to_route_seconds_count", StringComparison.Ordinal)),
            "the counts",
            cancellationToken: NodeRig.Cancellation);

        foreach (var name in (string[])
        [
            "harbor_node_events_total", "harbor_node_event_to_route_seconds_bucket", "harbor_node_deas", "harbor_node_instances", "harbor_node_backends", "harbor_node_ports_behind",
            "harbor_node_addresses_refused", "harbor_node_instances_refused", "harbor_node_partitions", "harbor_node_allocations_total", "harbor_node_route_writes_total",
        ])
        {
            Samples(metrics).ShouldContain(sample => sample.StartsWith(name + "{", StringComparison.Ordinal) || sample.StartsWith(name + " ", StringComparison.Ordinal), name);
        }

        ValueOf(metrics, "harbor_node_deas").ShouldBe(1);
        ValueOf(metrics, "harbor_node_backends").ShouldBe(1);
        ValueOf(metrics, "harbor_node_instances").ShouldBe(2);
    }

    private static IEnumerable<string> Samples(string metrics) => metrics.Split('\n').Where(line => !line.StartsWith('#'));

    private static double ValueOf(string metrics, string name)
        => double.Parse(
            Samples(metrics).Single(sample => sample.StartsWith(name + "{", StringComparison.Ordinal) || sample.StartsWith(name + " ", StringComparison.Ordinal)).Split('}')[^1].Replace(name, "", StringComparison.Ordinal).Trim().Split(' ')[0],
            System.Globalization.CultureInfo.InvariantCulture);
}
