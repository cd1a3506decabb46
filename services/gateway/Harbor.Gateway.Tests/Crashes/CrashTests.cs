using Harbor.Contracts.Allocation;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Sagas;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Crashes;

/// <summary>
/// Ends the gateway (and with it the bus in memory, so every message on its way) in each state of each saga, starts a new one over the same store, and
/// expects that what was accepted ends and nothing stays that nobody owns.
/// </summary>
public sealed class CrashTests
{
    private static readonly Dictionary<string, string?> _short = new()
    {
        ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:03",
        ["Harbor:Gateway:Broker:CloseTimeout"] = "00:00:01",
        ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:02",
    };

    [Fact]
    public async Task Provision_GatewayDiesWhileAllocating_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.NodeIsDown = true;
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        await InStateAsync<ProvisionPortState>(run, nameof(ProvisionPortStateMachine.Allocating), saga => saga.CurrentState);
        await run.RestartAsync(() => run.Edge.NodeIsDown = false);
        await EndsAsync(run, "succeeded");
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Active);
    }

    [Fact]
    public async Task Provision_AnswerOfTheNodeIsLost_GoesOnWithTheSamePort()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.AnswersAreLost = true;
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        var port = await Eventually.GetAsync(async () => (await run.PortsAsync()).SingleOrDefault(), one => one is not null, "the port is taken", cancellationToken: Token);
        await run.RestartAsync(() => run.Edge.AnswersAreLost = false);
        await EndsAsync(run, "succeeded");
        (await run.PortsAsync()).ShouldHaveSingleItem().Port.ShouldBe(port!.Port);
    }

    [Fact]
    public async Task Provision_GatewayDiesWhileOpening_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync();
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        await InStateAsync<ProvisionPortState>(run, nameof(ProvisionPortStateMachine.Opening), saga => saga.CurrentState);
        await run.RestartAsync(() => run.Edge.WorkersAreDeaf = false);
        await EndsAsync(run, "succeeded");
        (await run.PortsAsync()).ShouldHaveSingleItem().State.ShouldBe(PortState.Active);
    }

    [Fact]
    public async Task Provision_GatewayDiesWhileCompensating_StillGivesThePortBack()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        await InStateAsync<ProvisionPortState>(run, nameof(ProvisionPortStateMachine.Opening), saga => saga.CurrentState);
        run.Edge.NodeIsDown = true;
        await InStateAsync<ProvisionPortState>(run, nameof(ProvisionPortStateMachine.Compensating), saga => saga.CurrentState);
        (await run.Broker.LastOperationAsync("x")).State.ShouldBe("failed");
        await run.RestartAsync(() => run.Edge.NodeIsDown = false);
        await NothingLeftAsync(run);
        (await run.Broker.LastOperationAsync("x")).State.ShouldBe("failed");
    }

    [Fact]
    public async Task Provision_GatewayDiesBeforeTheCommand_IsStartedByTheSweep()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("template")).Is(201);
        var stored = (await run.Documents<ServiceInstanceDocument>().GetAsync("template", Token))!;
        var begun = stored.Operation with { Id = Guid.NewGuid().ToString("D"), State = OperationState.InProgress, EndedAt = null, Deadline = stored.Operation.Deadline.AddMinutes(5) };
        await run.Documents<ServiceInstanceDocument>().InsertAsync(
            stored with { Id = "x", Version = 0, State = ServiceInstanceState.Provisioning, Port = null, Operation = begun }, Token);
        await EndsAsync(run, "succeeded");
    }

    [Fact]
    public async Task Provision_DeadlinePassesWhileNoGatewayRuns_IsFailedAfterTheStart()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        run.Edge.NodeIsDown = true;
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        await run.RestartAsync();
        await EndsAsync(run, "failed");
        run.Edge.NodeIsDown = false;
        await NothingLeftAsync(run);
    }

    [Fact]
    public async Task Deprovision_GatewayDiesWhileReleasing_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        run.Edge.NodeIsDown = true;
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        await InStateAsync<ReleasePortState>(run, nameof(ReleasePortStateMachine.Releasing), saga => saga.CurrentState);
        await run.RestartAsync(() => run.Edge.NodeIsDown = false);
        await EndsAsync(run, "succeeded");
        await NothingLeftAsync(run);
    }

    [Fact]
    public async Task Deprovision_GatewayDiesWhileClosing_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Is(202);
        await InStateAsync<ReleasePortState>(run, nameof(ReleasePortStateMachine.Closing), saga => saga.CurrentState);
        await run.RestartAsync(() => run.Edge.WorkersAreDeaf = false);
        await EndsAsync(run, "succeeded");
        await NothingLeftAsync(run);
    }

    [Fact]
    public async Task Deprovision_WorkersNeverClose_EndsAllTheSame()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (run.Edge.WorkersAreSilent, run.Edge.WorkersAreDeaf) = (true, true);
        (await run.Broker.DeprovisionAsync("x", incomplete: true)).Status.ShouldBeOneOf(200, 202);
        await EndsAsync(run, "succeeded");
        await NothingLeftAsync(run);
    }

    [Fact]
    public async Task Update_GatewayDiesBeforeTheAnswer_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.NodeIsDown = true;
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 9 }), incomplete: true)).Is(202);
        await run.RestartAsync(() => run.Edge.NodeIsDown = false);
        await EndsAsync(run, "succeeded");
        (await run.PortsAsync()).ShouldHaveSingleItem().Policy.HoldSeconds.ShouldBe(9);
    }

    [Fact]
    public async Task Bind_GatewayDiesBeforeTheAnswer_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.5" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.AnswersAreLost = true;
        (await run.Broker.BindAsync("x", "b", incomplete: true)).Is(202);
        await run.RestartAsync(() => run.Edge.AnswersAreLost = false);
        await Eventually.TrueAsync(async () => (await run.Broker.FetchBindingAsync("x", "b")).Status == 200, "the binding is made", cancellationToken: Token);
    }

    [Fact]
    public async Task Unbind_GatewayDiesBeforeTheAnswer_GoesOn()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.5" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        run.Edge.NodeIsDown = true;
        (await run.Broker.UnbindAsync("x", "b", incomplete: true)).Is(202);
        await run.RestartAsync(() => run.Edge.NodeIsDown = false);
        await Eventually.TrueAsync(async () => (await run.Broker.LastBindingOperationAsync("x", "b")).State == "succeeded", "the binding is removed", cancellationToken: Token);
        (await run.PortsAsync()).ShouldHaveSingleItem().Apps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Provision_RefusedByAWorker_TakesAnotherPort()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Pools:default:PortRange"] = "22000-22002" });
        (run.Edge.ForeignPorts[22000], run.Edge.ForeignPorts[22001]) = (true, true);
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Status.ShouldBeOneOf(201, 202);
        await EndsAsync(run, "succeeded");
        (await run.PortsAsync()).ShouldHaveSingleItem().Port.ShouldBe(22002);
    }

    [Fact]
    public async Task Provision_RequestedPortRefusedByAWorker_FailsClearlyAndGivesItBack()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.ForeignPorts[22000] = true;
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { port = 22000 }))).IsError(400).Description!.ShouldContain("22000");
        await NothingLeftAsync(run);
    }

    [Fact]
    public async Task Provision_NoWorkerLives_FailsAtItsDeadline()
    {
        await using var run = await GatewayRun.StartAsync(_short);
        await run.RestartAsync(() => run.Edge.WorkersAreGone = true);
        (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202);
        await EndsAsync(run, "failed");
        await NothingLeftAsync(run);
    }

    [Fact]
    public async Task LateAllocation_OfADeletedInstance_IsGivenBack()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        var command = run.Edge.ReceivedOf<AllocatePort>().First(message => message.ServiceInstanceId == "x");
        var bus = (MassTransit.IBus)run.Services.GetService(typeof(MassTransit.IBus))!;
        await bus.Publish(command, Token);
        await Eventually.TrueAsync(
            () => run.Edge.ReceivedOf<ReleasePort>().Count(message => message.ServiceInstanceId == "x") >= 2, "the stray port is released", cancellationToken: Token);
        await NothingLeftAsync(run);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task InStateAsync<TSaga>(GatewayRun run, string state, Func<TSaga, string> stateOf)
        where TSaga : class, MassTransit.ISaga
        => Eventually.TrueAsync(
            async () => (await run.AllAsync<SagaDocument<TSaga>>()).SingleOrDefault() is { } document && stateOf(document.Saga) == state, $"the saga is {state}", cancellationToken: Token);

    private static Task EndsAsync(GatewayRun run, string state)
        => Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).State == state, $"the operation has {state}", cancellationToken: Token);

    /// <summary>No active port, no binding, no saga.</summary>
    private static Task NothingLeftAsync(GatewayRun run) => Eventually.TrueAsync(
        async () => (await run.PortsAsync()).All(port => port.State != PortState.Active)
            && (await run.AllAsync<BindingDocument>()).Count == 0
            && (await run.AllAsync<SagaDocument<ProvisionPortState>>()).Count == 0
            && (await run.AllAsync<SagaDocument<ReleasePortState>>()).Count == 0,
        "nothing is left",
        cancellationToken: Token);
}
