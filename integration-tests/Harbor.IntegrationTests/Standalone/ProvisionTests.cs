using System.Net;
using System.Net.Http.Json;
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
    public async Task Port_GivenBack_IsItsLastOwnersAlone()
    {
        var (first, second) = (RunningStandalone.NewId(), RunningStandalone.NewId());
        var port = (await harbor.Broker.PortForAsync(first, RunningStandalone.NewId())).Port;
        await harbor.Broker.DeprovisionedAsync(first);

        using (var refused = await harbor.Broker.ProvisionAsync(second, new { port }))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        // By all of its lives, and with no port named, so that it is its own and not just any.
        for (var life = 0; life < 3; life++)
        {
            await harbor.Broker.ProvisionedAsync(first);
            BrokerClient.CredentialsOf(await harbor.Broker.BoundAsync(first, RunningStandalone.NewId(), RunningStandalone.NewId())).Port.ShouldBe(port);
            ListeningPorts.IsTcpOpen(port).ShouldBeTrue();
            await harbor.Broker.DeprovisionedAsync(first);
            ListeningPorts.IsTcpOpen(port).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Pool_ChangedAtRunTime_HoldsForTheNextProvision()
    {
        await using var few = new RunningStandalone(4);
        await few.InitializeAsync();
        var (first, last) = (few.Range.First, few.Range.Last);
        await ChangeAsync(new JsonObject { ["port_range"] = new JsonObject { ["first"] = last, ["last"] = last }, ["quarantine_seconds"] = 0 });
        var instance = RunningStandalone.NewId();
        (await few.Broker.PortForAsync(instance, RunningStandalone.NewId())).Port.ShouldBe(last);
        using (var none = await few.Broker.ProvisionAsync(RunningStandalone.NewId()))
        {
            none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        // No quarantine: another instance has the one port at once.
        await few.Broker.DeprovisionedAsync(instance);
        (await few.Broker.PortForAsync(RunningStandalone.NewId(), RunningStandalone.NewId())).Port.ShouldBe(last);

        await ChangeAsync(new JsonObject { ["port_range"] = new JsonObject { ["first"] = first, ["last"] = last - 1 }, ["host"] = "10.1.2.3" });
        var credentials = await few.Broker.PortForAsync(RunningStandalone.NewId(), RunningStandalone.NewId());
        credentials.Port.ShouldBeInRange(first, last - 1);
        credentials.Host.ShouldBe("10.1.2.3");
        ListeningPorts.IsTcpOpen(last).ShouldBeTrue("what is outside of the range stays in use");

        async Task ChangeAsync(JsonObject change)
        {
            using var answer = await few.Broker.Http.PatchAsJsonAsync("/admin/v1/pools/default", change, TestContext.Current.CancellationToken);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
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
