using System.Net;
using System.Text.Json.Nodes;
using Harbor.IntegrationTests.Broker;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>A port is asked for, bound, and given back.</summary>
public sealed class ProvisionTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    [Theory]
    [InlineData("tcp", true, false)]
    [InlineData("udp", false, true)]
    [InlineData("both", true, true)]
    public async Task Provision_OfAProtocol_ListensOnAFreePortOfTheRange(string protocol, bool tcp, bool udp)
    {
        var port = (await harbor.Broker.PortForAsync(RunningStandalone.NewId(), RunningStandalone.NewId(), new { protocol })).Port;

        port.ShouldBeInRange(harbor.Range.First, harbor.Range.Last);
        ListeningPorts.IsTcpOpen(port).ShouldBe(tcp);
        ListeningPorts.IsUdpOpen(port).ShouldBe(udp);
    }

    [Fact]
    public async Task Binding_GivesTheCredentialsOfTheContract_With4100ForTheFirstPortOfAnApp()
    {
        var (first, second, app) = (RunningStandalone.NewId(), RunningStandalone.NewId(), RunningStandalone.NewId());
        await harbor.Broker.ProvisionedAsync(first);
        await harbor.Broker.ProvisionedAsync(second);

        var credentials = (await harbor.Broker.BoundAsync(first, "binding-1", app))["credentials"].ShouldBeOfType<JsonObject>();

        credentials.Select(field => field.Key).Order().ShouldBe(["host", "hostname", "int_port", "name", "node_id", "port", "protocol", "uri"]);
        ((int)credentials["int_port"]!).ShouldBe(4100);
        ((string)credentials["name"]!).ShouldBe(first);
        ((string)credentials["node_id"]!).ShouldBe("harbor_node_1");
        ((string)credentials["uri"]!).ShouldBe($"tcp://{credentials["hostname"]}:{credentials["port"]}");
        BrokerClient.CredentialsOf(await harbor.Broker.BoundAsync(second, "binding-2", app)).IntPort.ShouldBe(4101);
    }

    [Fact]
    public async Task Deprovision_ClosesThePort_AndForgetsTheInstance()
    {
        var instance = RunningStandalone.NewId();
        var port = (await harbor.Broker.PortForAsync(instance, RunningStandalone.NewId(), new { protocol = "both" })).Port;
        await harbor.Broker.UnboundAsync(instance, $"{instance}-binding");

        await harbor.Broker.DeprovisionedAsync(instance);

        ListeningPorts.IsTcpOpen(port).ShouldBeFalse();
        ListeningPorts.IsUdpOpen(port).ShouldBeFalse();
        (await harbor.Broker.FetchAsync(instance)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Unbind_TakesTheAppsInstancesOffThePort()
    {
        var (instance, app) = (RunningStandalone.NewId(), RunningStandalone.NewId());
        var port = (await harbor.Broker.PortForAsync(instance, app)).Port;
        var simulation = await harbor.NewSimulationAsync();
        await simulation.AddDea().StartAsync(app, 0, [4100]);
        using var client = await Eventually.GetAsync(() => EchoClient.ConnectAsync(port), _ => true, "a connection to the instance", cancellationToken: TestContext.Current.CancellationToken);

        await harbor.Broker.UnboundAsync(instance, $"{instance}-binding");

        (await client.IsResetAsync()).ShouldBeTrue();
        (await EchoClient.TryAskAsync(port)).ShouldBeNull();
    }
}
