using Harbor.IntegrationTests.Distributed;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Logs;

/// <summary>What an operator finds in Seq about one port.</summary>
public sealed class PortLifeTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task LifeOfAPort_IsFoundByServiceInstanceAndByExternalPort_AcrossAllServices()
    {
        cluster.Require();
        var (id, app) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var port = (await cluster.Broker.PortForAsync(id, app, new { protocol = "tcp" })).Port;
        var simulation = await cluster.NewSimulationAsync();
        var instance = await simulation.AddDea().StartAsync(app, 0, [4100]);
        await Eventually.GetAsync(() => Traffic.EchoClient.TryAskAsync(port), answer => answer == instance.Id, "an answer", cancellationToken: TestContext.Current.CancellationToken);
        await cluster.Broker.UnboundAsync(id, $"{id}-binding");
        await cluster.Broker.DeprovisionedAsync(id);

        await FoundAsync("ServiceInstanceId", id);
        await FoundAsync("ExternalPort", $"{port}");
    }

    [Fact]
    public async Task Logs_HoldNoSecret()
    {
        cluster.Require();
        var id = Guid.NewGuid().ToString();
        await cluster.Broker.PortForAsync(id, Guid.NewGuid().ToString());
        await cluster.Seq.WaitForAsync(one => one["ServiceInstanceId"] == id, "an event about the port", cancellationToken: TestContext.Current.CancellationToken);

        var rabbitPassword = new Uri(cluster.RabbitUri).UserInfo.Split(':')[1];
        cluster.Seq.Events.ShouldAllBe(one => !one.ToString().Contains($":{rabbitPassword}@", StringComparison.Ordinal));
        cluster.Seq.Events.ShouldAllBe(one => !one.ToString().Contains("\"Password\":\"harbor\"", StringComparison.Ordinal));
    }

    private Task FoundAsync(string property, string value) => Eventually.GetAsync(
        () => Task.FromResult(cluster.Seq.With(property, value).Select(one => one["Service"]).Distinct().Order().ToList()),
        services => services.Intersect(["gateway", "node", "proxy"]).Count() == 3,
        $"events of gateway, node and proxy with {property} {value}",
        cancellationToken: TestContext.Current.CancellationToken);
}
