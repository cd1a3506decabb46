using System.Net;
using System.Text.Json.Nodes;
using Harbor.Hosting.Tests.Bus;
using Harbor.Testing;
using Harbor.Testing.Links;
using Harbor.Testing.Logs;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;

namespace Harbor.Hosting.Tests.Health;

public sealed class ReadinessTests(RabbitMqServer rabbit, NatsServer nats) : IClassFixture<NatsServer>, IDisposable
{
    private readonly TemporaryDirectory _directory = new("ready");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Nats_LostAndBack_ShowsInReadinessAndIsLoggedOnceEach()
    {
        await using var link = LinkProxy.Start(nats.Address);
        await ShowsLossAndReturnAsync(link, "nats", "NATS", new() { ["Harbor:Nats:Url"] = link.Through(nats.Address) });
    }

    [Fact]
    public async Task Bus_LostAndBack_ShowsInReadinessAndIsLoggedOnceEach()
    {
        var address = rabbit.NextVirtualHost();
        await using var link = LinkProxy.Start(address);
        await using var own = LinkProxy.Start(nats.Address);
        await ShowsLossAndReturnAsync(
            link, "bus", "RabbitMQ", new() { ["Harbor:Bus:Transport"] = "RabbitMq", ["Harbor:Bus:RabbitMq:Uri"] = link.Through(address), ["Harbor:Nats:Url"] = own.Through(nats.Address) });
    }

    private async Task ShowsLossAndReturnAsync(LinkProxy link, string check, string name, Dictionary<string, string?> settings)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var seq = await SeqServer.StartAsync();
        settings["Harbor:Logging:Seq:Url"] = seq.Url;
        settings["Harbor:DataDirectory"] = _directory.Path;
        await using var host = await TestHost.StartAsync(settings, [new TestModule { OnServices = builder => builder.AddHarborNats(), OnBus = bus => bus.AddConsumer<PingConsumer>() }], cancellation);
        (await ReadyAsync(host)).Status.ShouldBe(HttpStatusCode.OK);

        await link.CutAsync();
        var down = await Eventually.GetAsync(() => ReadyAsync(host), ready => ready.Status == HttpStatusCode.ServiceUnavailable, $"readiness without {name}", cancellationToken: cancellation);
        down.Body["checks"]![check]!["status"]!.GetValue<string>().ShouldBe("unhealthy");
        (await host.Http.GetAsync("/health/live", cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await seq.WaitForAsync(one => one.Level == "Warning" && one.Template.StartsWith($"The connection to {name}", StringComparison.Ordinal), $"a warning that {name} is lost", cancellationToken: cancellation);

        link.Restore();
        await Eventually.GetAsync(() => ReadyAsync(host), ready => ready.Status == HttpStatusCode.OK, $"readiness with {name} back", cancellationToken: cancellation);
        await seq.WaitForAsync(one => one.Level == "Information" && one.Template.Contains(" is back", StringComparison.Ordinal), $"word that {name} is back", cancellationToken: cancellation);
        seq.Events.Where(one => one.Level is "Warning" or "Error" or "Fatal").ShouldHaveSingleItem();
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> ReadyAsync(TestHost host)
    {
        using var response = await host.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }
}
