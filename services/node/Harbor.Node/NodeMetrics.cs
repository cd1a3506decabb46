using System.Diagnostics.Metrics;
using Harbor.Contracts.Allocation;
using Harbor.Node.Dea;

namespace Harbor.Node;

/// <summary>What the node counts.</summary>
internal sealed class NodeMetrics
{
    private readonly Counter<long> _events;
    private readonly Counter<long> _allocations;
    private readonly Counter<long> _lostRaces;
    private readonly Counter<long> _writes;
    private readonly Counter<long> _conflicts;
    private readonly Histogram<double> _latency;
    private readonly Meter _meter;

    public NodeMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("harbor.node");
        _events = _meter.CreateCounter<long>("harbor.node.events", "{event}", "Messages of DEAs, by subject and outcome.");
        _allocations = _meter.CreateCounter<long>("harbor.node.allocations", "{allocation}", "Ports asked for, by outcome.");
        _lostRaces = _meter.CreateCounter<long>("harbor.node.allocation_races_lost", "{attempt}", "Free ports that another node took first.");
        _writes = _meter.CreateCounter<long>("harbor.node.route_writes", "{write}", "Port documents written because their backends changed.");
        _conflicts = _meter.CreateCounter<long>("harbor.node.route_conflicts", "{write}", "Port documents that had changed when their backends were to be written.");
        _latency = _meter.CreateHistogram("harbor.node.event_to_route", "s", "From an event's arrival to the port's document written.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30] });
    }

    public void Event(string subject, DeaMessageOutcome outcome)
        => _events.Add(1, new KeyValuePair<string, object?>("subject", subject), new KeyValuePair<string, object?>("outcome", Names.Of(outcome)));

    public void Allocated(AllocationRefusal? refusal)
        => _allocations.Add(1, new KeyValuePair<string, object?>("outcome", refusal is { } reason ? Names.Of(reason) : "allocated"));

    public void LostRace() => _lostRaces.Add(1);

    public void RouteWritten(TimeSpan sinceEvent)
    {
        _writes.Add(1);
        _latency.Record(sinceEvent.TotalSeconds);
    }

    public void RouteConflict() => _conflicts.Add(1);

    public void Observe(string name, string unit, string description, Func<long> value)
        => _meter.CreateObservableGauge(name, value, unit, description);

    /// <summary>Enum values as tags, made once.</summary>
    private static class Names
    {
        public static string Of<TEnum>(TEnum value)
            where TEnum : struct, Enum
            => Cache<TEnum>.Texts.TryGetValue(value, out var text) ? text : value.ToString();

        private static class Cache<TEnum>
            where TEnum : struct, Enum
        {
            public static Dictionary<TEnum, string> Texts { get; } = Enum.GetValues<TEnum>().ToDictionary(value => value, value => value.ToString());
        }
    }
}
