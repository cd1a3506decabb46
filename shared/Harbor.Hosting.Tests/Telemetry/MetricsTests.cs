using System.Diagnostics.Metrics;
using Harbor.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Hosting.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Instruments_Scraped_AreNamedByServiceWhatAndUnit()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var host = await TestHost.StartAsync(new Dictionary<string, string?>(), [new TestModule()], cancellation);
        var meter = host.Services.GetRequiredService<IMeterFactory>().Create("harbor.proxy");
        meter.CreateCounter<long>("harbor.proxy.transferred", "By").Add(1, new KeyValuePair<string, object?>("port", 35217));
        meter.CreateCounter<long>("harbor.proxy.bytes_in", "By").Add(2);
        meter.CreateCounter<long>("harbor.proxy.received_bytes", "By").Add(3);
        meter.CreateUpDownCounter<long>("harbor.proxy.active_connections", "{connection}").Add(4);
        meter.CreateCounter<long>("harbor.proxy.accepted_connections", "{connection}").Add(5);
        meter.CreateHistogram<double>("harbor.proxy.connect_time", "s").Record(0.1);
        meter.CreateHistogram<double>("harbor.proxy.allocation_seconds", "s").Record(0.1);
        meter.CreateObservableGauge("harbor.proxy.open_ports", () => 6, "{port}");

        var scraped = await host.Http.GetStringAsync("/metrics", cancellation);

        var names = scraped.Split('\n').Where(line => line.StartsWith("harbor_proxy_", StringComparison.Ordinal)).Select(line => line[..line.IndexOfAny(['{', ' '])])
            .Where(name => !name.EndsWith("_bucket", StringComparison.Ordinal) && !name.EndsWith("_sum", StringComparison.Ordinal)).ToList();
        names.ShouldBe(
        [
            "harbor_proxy_transferred_bytes_total",
            "harbor_proxy_in_bytes_total",
            "harbor_proxy_received_bytes_total",
            "harbor_proxy_active_connections",
            "harbor_proxy_accepted_connections_total",
            "harbor_proxy_connect_time_seconds_count",
            "harbor_proxy_allocation_seconds_count",
            "harbor_proxy_open_ports",
        ], ignoreOrder: true);
        scraped.ShouldContain("port=\"35217\"");
    }
}
