using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Metrics;

/// <summary>
/// The meter <c>harbor.proxy</c>: all but the connect time is read from the ports' counters when someone collects, so that the byte path pays nothing. A port
/// that has had no traffic yet says nothing. Tags: <c>port</c>, <c>transport</c>, and <c>reason</c> or <c>direction</c> where there is one.
/// </summary>
internal sealed class RelayMetrics
{
    public const string MeterName = "harbor.proxy";

    private static string[] TransportNames { get; } = ["tcp", "udp"];

    private readonly ConcurrentDictionary<int, PortState> _ports = new();
    private readonly Histogram<double> _connectTime;

    public RelayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _connectTime = meter.CreateHistogram<double>("harbor.proxy.connect_time", "s", "Time that a backend took to accept a connection.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });
        meter.CreateObservableGauge("harbor.proxy.open_ports", () => _ports.Count, "{port}", "Ports that are open.");
        meter.CreateObservableCounter("harbor.proxy.accepted_connections", () => Each(counters => counters.Accepted), "{connection}", "Connections (sessions) that got a backend.");
        meter.CreateObservableUpDownCounter("harbor.proxy.active_connections", () => Each(counters => counters.Active), "{connection}", "Connections (sessions) open now.");
        meter.CreateObservableCounter("harbor.proxy.refused_connections", () => EachOf(counters => counters.Refused, "reason"), "{connection}", "Connections (sessions) not admitted, by reason.");
        meter.CreateObservableCounter("harbor.proxy.ended_connections", () => EachOf(counters => counters.Ended, "reason"), "{connection}", "Connections (sessions) that ended, by reason.");
        meter.CreateObservableCounter("harbor.proxy.connect_failures", () => Each(counters => counters.ConnectFailures), "{attempt}", "Attempts to reach a backend that failed.");
        meter.CreateObservableCounter("harbor.proxy.transferred", () => EachOf(Bytes, "direction"), "By", "Bytes from clients (in) and to clients (out).");
        meter.CreateObservableCounter("harbor.proxy.datagrams", () => EachOf(Datagrams, "direction"), "{datagram}", "Datagrams from clients (in), to clients (out), and dropped.");
    }

    public void Add(PortState port) => _ports[port.Port] = port;

    public void Remove(PortState port) => _ports.TryRemove(new KeyValuePair<int, PortState>(port.Port, port));

    public TransportCounters? Read(int port, Transport transport) =>
        _ports.TryGetValue(port, out var state) ? state[transport]?.Meter.Read() : null;

    public void Connected(int port, Transport transport, double seconds)
    {
        if (_connectTime.Enabled)
        {
            _connectTime.Record(seconds, new("port", port), new("transport", TransportNames[(int)transport]));
        }
    }

    private static IEnumerable<KeyValuePair<string, long>> Bytes(TransportCounters counters) =>
        [new("in", counters.BytesIn), new("out", counters.BytesOut)];

    private static IEnumerable<KeyValuePair<string, long>> Datagrams(TransportCounters counters) =>
        [new("in", counters.DatagramsIn), new("out", counters.DatagramsOut), new("dropped", counters.DatagramsDropped)];

    private IEnumerable<(PortState Port, Transport Transport, TransportCounters Counters)> Counted()
    {
        foreach (var (_, port) in _ports)
        {
            foreach (var state in new[] { port.Tcp, port.Udp })
            {
                if (state is not null && state.Meter.HasCounted)
                {
                    yield return (port, state.Transport, state.Meter.Read());
                }
            }
        }
    }

    private IEnumerable<Measurement<long>> Each(Func<TransportCounters, long> value) =>
        from one in Counted()
        select new Measurement<long>(value(one.Counters), new("port", one.Port.Port), new("transport", TransportNames[(int)one.Transport]));

    private IEnumerable<Measurement<long>> EachOf<TKey>(Func<TransportCounters, IEnumerable<KeyValuePair<TKey, long>>> values, string tag) =>
        from one in Counted()
        from value in values(one.Counters)
        where value.Value != 0
        select new Measurement<long>(
            value.Value,
            new("port", one.Port.Port),
            new("transport", TransportNames[(int)one.Transport]),
            new(tag, SnakeCase(value.Key!.ToString()!)));

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
