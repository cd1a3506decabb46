using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Harbor.Hosting.Telemetry;

/// <summary>
/// Keeps metric names to <c>harbor_service_what_unit</c>. The Prometheus exporter adds the unit in words to every name that does not end with
/// it already: an instrument <c>harbor.proxy.bytes_in</c> in <c>By</c> would come out as <c>harbor_proxy_bytes_in_bytes_total</c>.
/// </summary>
internal static class MetricNames
{
    public static MetricStreamConfiguration? View(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("harbor.", StringComparison.Ordinal) && Without(instrument.Name, WordOf(instrument.Unit)) is { } name
            ? new MetricStreamConfiguration { Name = name }
            : null;

    private static string? WordOf(string? unit) => unit switch
    {
        "By" => "bytes",
        "s" => "seconds",
        "ms" => "milliseconds",
        _ => null,
    };

    /// <summary>The name without the unit's word inside it; null where there is nothing to take out, or nothing would be left.</summary>
    private static string? Without(string name, string? unit)
    {
        if (unit is null)
        {
            return null;
        }

        var cut = name.LastIndexOf('.') + 1;
        var words = name[cut..].Split('_');
        var kept = words.Where(word => word != unit).ToArray();
        return kept.Length == words.Length || kept.Length == 0 ? null : name[..cut] + string.Join('_', kept);
    }
}
