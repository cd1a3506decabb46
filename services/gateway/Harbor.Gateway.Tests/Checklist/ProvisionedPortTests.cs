using System.Text.Json.Nodes;
using Harbor.Contracts.Ports;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

/// <summary>What the contracts say of provisioned ports beyond the API.</summary>
public sealed class ProvisionedPortTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Theory]
    [InlineData("udp-game", PortProtocol.Udp)]
    [InlineData("UDPish", PortProtocol.Udp)]
    [InlineData("both-ways", PortProtocol.Both)]
    [InlineData("Multi-x", PortProtocol.Both)]
    [InlineData("multi", PortProtocol.Tcp)]
    [InlineData("web", PortProtocol.Tcp)]
    public async Task Protocol_WithoutParameter_IsByTheInstancesName(string name, PortProtocol protocol)
    {
        var id = NewId();
        var body = BrokerClient.ProvisionBody();
        body["context"] = new JsonObject { ["instance_name"] = name };
        (await Broker.ProvisionAsync(id, body)).Is(201);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Protocol.ShouldBe(protocol);
    }

    [Fact]
    public async Task RequestedPort_Free_IsGivenAndTakenIsRefused()
    {
        // A gateway of its own: of the shared one's ports any may have been given to another test, at random.
        await using var run = await GatewayRun.StartAsync();
        var wanted = BrokerClient.ProvisionBody(new { port = 23998 });
        (await run.Broker.ProvisionAsync("first", wanted)).Is(201);
        (await run.PortsAsync()).ShouldHaveSingleItem().Port.ShouldBe(23998);
        (await run.Broker.ProvisionAsync("second", wanted)).IsError(400).Description!.ShouldContain("23998");
        (await run.Documents<ServiceInstanceDocument>().GetAsync("second", TestContext.Current.CancellationToken)).ShouldBeNull();
        (await run.Broker.DeprovisionAsync("first")).Is(200);
        (await run.Broker.ProvisionAsync("second", wanted)).IsError(400);
    }

    [Fact]
    public async Task SecondPlan_GivesPortsOfItsPoolWithItsLimits()
    {
        var id = await ProvisionedAsync(planId: GatewayRun.SecondPlan);
        var port = (await Run.PortsAsync()).Single(one => one.ServiceInstanceId == id);
        port.Pool.ShouldBe("second");
        port.Policy.MaxConnections.ShouldBe(100);
        (await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(new { max_connections = 101 }, GatewayRun.SecondPlan))).IsError(400).Description!.ShouldContain("100");
    }

    [Fact]
    public async Task FailedInstance_CanBeProvisionedAgain()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:00.5" });
        run.Edge.NodeIsDown = true;
        (await run.Broker.ProvisionAsync("again")).IsError(503);
        run.Edge.NodeIsDown = false;
        (await run.Broker.ProvisionAsync("again", incomplete: true)).Status.ShouldBeOneOf(201, 202);
        await Eventually.TrueAsync(async () => (await run.Broker.FetchAsync("again")).Status == 200, "the instance is there", cancellationToken: TestContext.Current.CancellationToken);
        (await run.AllAsync<ServiceInstanceDocument>()).ShouldHaveSingleItem().State.ShouldBe(ServiceInstanceState.Active);
    }
}
