using System.Diagnostics.Metrics;
using Harbor.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Hosting.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Instruments_Scraped_AreNamedByServiceWhatAndUnit()
    {
        await using var host = await StartAsync();
        var meter = host.Services.GetRequiredService<IMeterFactory>().Create("harbor.proxy");
        meter.CreateCounter<long>("harbor.proxy.transferred", "By").Add(1, new KeyValuePair<string, object?>("port", 35217));
        meter.CreateCounter<long>("harbor.proxy.bytes_in", "By").Add(2);
        meter.CreateCounter<long>("harbor.proxy.received_bytes", "By").Add(3);
        meter.CreateUpDownCounter<long>("harbor.proxy.active_connections", "{connection}").Add(4);
        meter.CreateCounter<long>("harbor.proxy.accepted_connections", "{connection}").Add(5);
        meter.CreateHistogram<double>("harbor.proxy.connect_time", "s").Record(0.1);
        meter.CreateHistogram<double>("harbor.proxy.allocation_seconds", "s").Record(0.1);
        meter.CreateObservableGauge("harbor.proxy.open_ports", () => 6, "{port}");

        var scraped = await host.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

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

    [Fact]
    public async Task HostsOfOneProcess_Scraped_TellEachOfItself()
    {
        await using var first = await StartAsync();
        Count(first, "first");
        await using (var gone = await StartAsync())
        {
            Count(gone, "gone");
        }

        await using var second = await StartAsync();
        Count(second, "second");

        (await CountedAsync(first)).ShouldBe(["harbor_proxy_accepted_connections_total{otel_scope_name=\"harbor.proxy\",by=\"first\"} 1"]);
        (await CountedAsync(second)).ShouldBe(["harbor_proxy_accepted_connections_total{otel_scope_name=\"harbor.proxy\",by=\"second\"} 1"]);
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(new Dictionary<string, string?>(), [new TestModule()], TestContext.Current.CancellationToken);

    private static void Count(TestHost host, string by)
        => host.Services.GetRequiredService<IMeterFactory>().Create("harbor.proxy").CreateCounter<long>("harbor.proxy.accepted_connections")
            .Add(1, new KeyValuePair<string, object?>("by", by));

    private static async Task<List<string>> CountedAsync(TestHost host)
        => [.. (await host.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n')
            .Where(line => line.StartsWith("harbor_proxy_accepted", StringComparison.Ordinal))];
}
