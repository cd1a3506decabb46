using Harbor.Contracts.Allocation;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Sagas;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Cancelling;

/// <summary>A delete that overtakes the create, wherever that is: nothing of either stays.</summary>
public sealed class CancelledCreateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delete_WhilePortIsOpened_GivesItBack()
    {
        await using var run = await GatewayRun.StartAsync();
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        var create = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        await InAsync(run, nameof(ProvisionPortStateMachine.Opening));

        await CancelledAsync(run, create!, () => run.Edge.WorkersAreDeaf = false);
    }

    [Fact]
    public async Task Delete_WhileAnotherPortIsSought_GivesItBack()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Pools:default:PortRange"] = "22000-22001" });
        (run.Edge.ForeignPorts[22000], run.Edge.ForeignPorts[22001]) = (true, true);
        run.Edge.WorkersAreSilent = true;
        run.Edge.WorkersAreDeaf = true;
        var create = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        await InAsync(run, nameof(ProvisionPortStateMachine.Opening));
        run.Edge.NodeIsDown = true;
        run.Edge.WorkersAreDeaf = false;
        await InAsync(run, nameof(ProvisionPortStateMachine.Allocating));

        await CancelledAsync(run, create!, () => run.Edge.NodeIsDown = false);
    }

    /// <summary>The node has taken the port, and its answer comes when the delete is through with what it found.</summary>
    [Fact]
    public async Task Delete_WhileTheNodesAnswerIsOnItsWay_GivesThePortBack()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.Stall("x");
        var create = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        var command = await Eventually.GetAsync(
            () => Task.FromResult(run.Edge.ReceivedOf<AllocatePort>().FirstOrDefault()), one => one is not null, "the node is asked for a port", cancellationToken: Token);
        await CancelledAsync(run, create!, () => run.Edge.Go("x"));

        await ((MassTransit.IBus)run.Services.GetService(typeof(MassTransit.IBus))!).Publish(command!, Token);

        await Eventually.TrueAsync(() => run.Edge.Heard.OfType<PortAllocated>().Any(), "the port is allocated after all", cancellationToken: Token);
        await NothingLeftAsync(run);
    }

    private static async Task CancelledAsync(GatewayRun run, string create, Action go)
    {
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Status.ShouldBeOneOf(200, 202);
        var delete = (await StoredAsync(run)).Operation.Id;
        go();
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x", delete)).State == "succeeded", "the delete succeeds", cancellationToken: Token);
        (await run.Broker.LastOperationAsync("x", create)).State.ShouldBe("failed");
        (await StoredAsync(run)).State.ShouldBe(ServiceInstanceState.Deleted);
        await NothingLeftAsync(run);
    }

    private static async Task<ServiceInstanceDocument> StoredAsync(GatewayRun run) => (await run.Documents<ServiceInstanceDocument>().GetAsync("x", Token))!;

    private static Task InAsync(GatewayRun run, string state) => Eventually.TrueAsync(
        async () => (await run.AllAsync<SagaDocument<ProvisionPortState>>()).SingleOrDefault()?.Saga.CurrentState == state, $"the create is {state}", cancellationToken: Token);

    private static Task NothingLeftAsync(GatewayRun run) => Eventually.TrueAsync(
        async () => (await run.PortsAsync()).All(port => port.State != PortState.Active)
            && (await run.AllAsync<SagaDocument<ProvisionPortState>>()).Count == 0
            && (await run.AllAsync<SagaDocument<ReleasePortState>>()).Count == 0,
        "nothing is left",
        cancellationToken: Token);
}
