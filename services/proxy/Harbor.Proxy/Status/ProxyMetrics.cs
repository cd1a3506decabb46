using System.Diagnostics.Metrics;
using Harbor.Proxy.Routing;

namespace Harbor.Proxy.Status;

/// <summary>The worker's own figures; those of ports and connections are the data plane's.</summary>
internal sealed class ProxyMetrics
{
    public ProxyMetrics(IMeterFactory meters, PortRoutes routes)
    {
        var meter = meters.Create("harbor.proxy.worker");
        meter.CreateObservableUpDownCounter("harbor.proxy.routes", () => Count(routes), "{port}", "Ports of the pool, by what this worker does with them.");
    }

    private static IEnumerable<Measurement<long>> Count(PortRoutes routes)
    {
        var counts = routes.All.CountBy(port => port.Value.Status).ToDictionary();
        yield return new Measurement<long>(counts.GetValueOrDefault(PortStatus.Open), new KeyValuePair<string, object?>("state", "open"));
        yield return new Measurement<long>(counts.GetValueOrDefault(PortStatus.Refused), new KeyValuePair<string, object?>("state", "refused"));
    }
}
