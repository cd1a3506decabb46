using Harbor.Gateway.Tests.Running;
using Harbor.State.Ports;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class DeleteTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C099_Delete_Is200AndAnEmptyObject()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.UnbindAsync(id, binding)).Is(200).Text.ShouldBe("{}");
        (await Broker.DeprovisionAsync(id)).Is(200).Text.ShouldBe("{}");

        (id, binding) = await BoundAsync();
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(200).Text.ShouldBe("{}");
        (await Broker.DeprovisionAsync(id, incomplete: true)).Is(200).Text.ShouldBe("{}");
    }

    [Fact]
    public async Task C100_RepeatInProgress_Is202WithTheSameOperation()
    {
        var (id, operation) = await DeprovisioningAsync();
        (await Broker.DeprovisionAsync(id, incomplete: true)).Is(202).Operation.ShouldBe(operation);
        (await EndAsync(id)).ShouldBe("succeeded");

        var (bound, binding) = await BoundAsync();
        Run.Edge.Stall(binding);
        var unbind = (await Broker.UnbindAsync(bound, binding, incomplete: true)).Is(202).Operation;
        (await Broker.UnbindAsync(bound, binding, incomplete: true)).Is(202).Operation.ShouldBe(unbind);
        Run.Edge.Go(binding);
    }

    [Fact]
    public async Task C101_UnknownOrDeleted_Is410()
    {
        (await Broker.DeprovisionAsync("never-seen")).Is(410).Text.ShouldBe("{}");
        (await Broker.DeprovisionAsync("never-seen", incomplete: true)).Is(410);
        var (id, binding) = await BoundAsync();
        (await Broker.UnbindAsync(id, "never-seen")).Is(410);
        (await Broker.UnbindAsync("never-seen", "never-seen", incomplete: true)).Is(410);
        (await Broker.UnbindAsync(id, binding)).Is(200);
        (await Broker.UnbindAsync(id, binding)).Is(410).Text.ShouldBe("{}");
        (await Broker.DeprovisionAsync(id)).Is(200);
        (await Broker.DeprovisionAsync(id)).Is(410);
        (await Broker.DeprovisionAsync(id, incomplete: true)).Is(410).Text.ShouldBe("{}");
        (await Broker.DeprovisionAsync(id, planId: GatewayRun.SecondPlan)).Is(410);
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(410);

        (id, binding) = await BoundAsync();
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(200);
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(410);
        (await Broker.UnbindAsync(id, binding, planId: GatewayRun.SecondPlan)).Is(410);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?service_id=1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90")]
    [InlineData("?plan_id=c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1")]
    [InlineData("?service_id=&plan_id=c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1")]
    [InlineData("?service_id=1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90&plan_id=nope")]
    public async Task C102_IncompleteQuery_Is400(string query)
    {
        var (id, binding) = await BoundAsync();
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Instance(id) + query)).IsError(400);
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Binding(id, binding) + query)).IsError(400);
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Instance("never-seen") + query)).IsError(400);
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Binding(id, "never-seen") + query)).IsError(400);
        (await Broker.FetchBindingAsync(id, binding)).Is(200);
    }

    [Fact]
    public async Task C103_AsynchronousPlan_NeedsTheParameterAlsoForUnknownIds()
    {
        (await Broker.DeprovisionAsync("never-seen", planId: GatewayRun.AsyncPlan)).IsError(422, "AsyncRequired");
        (await Broker.UnbindAsync("never-seen", "b", planId: GatewayRun.AsyncPlan)).IsError(422, "AsyncRequired");
        (await Broker.DeprovisionAsync("never-seen", incomplete: true, planId: GatewayRun.AsyncPlan)).Is(410);
        (await Broker.UnbindAsync("never-seen", "b", incomplete: true, planId: GatewayRun.AsyncPlan)).Is(410);

        var id = await ProvisionedAsync(planId: GatewayRun.AsyncPlan);
        var binding = NewId();
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody(planId: GatewayRun.AsyncPlan), incomplete: true)).Is(201);
        var before = await StateOfAsync(id);
        (await Broker.UnbindAsync(id, binding, planId: GatewayRun.AsyncPlan)).IsError(422, "AsyncRequired");
        (await Broker.DeprovisionAsync(id, planId: GatewayRun.AsyncPlan)).IsError(422, "AsyncRequired");
        (await Broker.SendAsync(HttpMethod.Delete, $"{BrokerClient.Instance(id)}?accepts_incomplete=false&service_id={BrokerClient.ServiceId}&plan_id={GatewayRun.AsyncPlan}")).IsError(422, "AsyncRequired");
        (await StateOfAsync(id)).ShouldBe(before);
    }

    [Fact]
    public async Task C104_OtherRequestsDuringADelete_AreRefused()
    {
        var (id, operation) = await DeprovisioningAsync();
        (await Broker.ProvisionAsync(id, incomplete: true)).IsError(422, "ConcurrencyError");
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 1 }))).IsError(422, "ConcurrencyError");
        (await Broker.BindAsync(id, NewId())).IsError(422, "ConcurrencyError");
        (await Broker.LastOperationAsync(id, operation)).State.ShouldBe("in progress");
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C105_DeleteDuringCreate_CancelsIt()
    {
        var (id, create) = await ProvisioningAsync();
        var delete = (await Broker.DeprovisionAsync(id, incomplete: true)).Is(202).Operation;
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.LastOperationAsync(id, create)).State.ShouldBe("failed");
        (await Broker.LastOperationAsync(id, delete)).State.ShouldBe("succeeded");
        (await Run.PortsAsync()).ShouldNotContain(port => port.ServiceInstanceId == id && port.State == PortState.Active);
    }

    [Fact]
    public async Task C105_DeleteDuringCreate_GivesBackThePortThatWasTaken()
    {
        await using var run = await GatewayRun.StartAsync();
        run.Edge.WorkersAreSilent = true;
        run.Edge.WorkersAreDeaf = true;
        var create = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        await Eventually.TrueAsync(async () => (await run.PortsAsync()).Any(port => port.State == PortState.Active), "the port is taken", cancellationToken: TestContext.Current.CancellationToken);
        run.Edge.WorkersAreDeaf = false;
        var delete = await run.Broker.DeprovisionAsync("x", incomplete: true);
        delete.Status.ShouldBeOneOf(200, 202);
        await Eventually.TrueAsync(async () => (await run.Broker.LastOperationAsync("x")).State == "succeeded", "the delete ends", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.LastOperationAsync("x", create)).Is(200).State.ShouldBe("failed");
        (await run.PortsAsync()).ShouldNotContain(port => port.State == PortState.Active);
        (await run.Broker.FetchAsync("x")).IsError(404);
    }

    [Fact]
    public async Task C105_SynchronousCreate_IsToldThatItWasDeleted()
    {
        var id = NewId();
        Run.Edge.Stall(id);
        var create = Broker.ProvisionAsync(id);
        await Eventually.TrueAsync(async () => await StoredAsync(id) is not null, "the create is stored", cancellationToken: TestContext.Current.CancellationToken);
        (await Broker.DeprovisionAsync(id, incomplete: true)).Is(202);
        (await create).IsError(409);
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C106_C107_Deprovision_TakesBindingsAndPortWithIt()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(null))).Is(201);
        (await Broker.DeprovisionAsync(id)).Is(200);
        (await Broker.FetchBindingAsync(id, binding)).IsError(404);
        (await Broker.UnbindAsync(id, binding)).Is(410);
        (await Run.AllAsync<BindingDocument>()).ShouldNotContain(one => one.ServiceInstanceId == id);
        var port = (await Run.PortsAsync()).Single(one => one.ServiceInstanceId == id);
        port.State.ShouldBe(PortState.Quarantined);
        port.Apps.ShouldBeEmpty();
        (await Broker.ProvisionAsync(id)).Is(201);
        (await Run.PortsAsync()).Single(one => one.ServiceInstanceId == id).Port.ShouldBe(port.Port);
    }
}
