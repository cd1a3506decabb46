using Harbor.Contracts.Ports;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Tests.Broker;

public sealed class LifeTests
{
    [Fact]
    public async Task Service_FromProvisionToDeprovision_LeavesNothing()
    {
        await using var run = await GatewayRun.StartAsync();

        (await run.Broker.ProvisionAsync("one", BrokerClient.ProvisionBody(new { protocol = "both", hold_seconds = 3 }))).Is(201);
        var bound = (await run.Broker.BindAsync("one", "binding")).Is(201);
        var credentials = bound.Body["credentials"]!;
        var port = (int)credentials["port"]!;
        port.ShouldBeInRange(20000, 23999);
        ((int)credentials["int_port"]!).ShouldBe(4100);
        var document = (await run.PortsAsync()).ShouldHaveSingleItem();
        document.Port.ShouldBe(port);
        document.Protocol.ShouldBe(PortProtocol.Both);
        document.Policy.HoldSeconds.ShouldBe(3);
        document.Apps.ShouldHaveSingleItem().BindingIds.ShouldBe(["binding"]);

        (await run.Broker.UpdateAsync("one", BrokerClient.UpdateBody(new { hold_seconds = 5 }))).Is(200);
        (await run.PortsAsync()).ShouldHaveSingleItem().Policy.HoldSeconds.ShouldBe(5);

        (await run.Broker.UnbindAsync("one", "binding")).Is(200);
        (await run.PortsAsync()).ShouldHaveSingleItem().Apps.ShouldBeEmpty();
        (await run.Broker.DeprovisionAsync("one")).Is(200);
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Quarantined);
        (await run.AllAsync<BindingDocument>()).ShouldBeEmpty();
        (await run.AllAsync<ServiceInstanceDocument>()).ShouldHaveSingleItem().State.ShouldBe(ServiceInstanceState.Deleted);
        (await run.Broker.DeprovisionAsync("one")).Is(410);
    }
}
