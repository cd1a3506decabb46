using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class RotationTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C091_PlanThatDoesNotRotate_Is400()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Plans:0:BindingRotatable"] = "false" });
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(planId: GatewayRun.SecondPlan))).Is(201);
        (await run.Broker.BindAsync("x", "a", BrokerClient.BindBody(planId: GatewayRun.SecondPlan))).Is(201);
        (await run.Broker.BindAsync("x", "b", new JsonObject { ["predecessor_binding_id"] = "a" })).IsError(400);
    }

    [Fact]
    public async Task C092_C094_Rotation_TakesTheRestFromThePredecessor()
    {
        var (id, old) = await BoundAsync("app-7");
        var successor = NewId();
        var rotation = new JsonObject { ["predecessor_binding_id"] = old };
        var rotated = (await Broker.BindAsync(id, successor, rotation)).Is(201);
        (await Broker.BindAsync(id, successor, rotation)).Is(200).Text.ShouldBe(rotated.Text);
        (await StoredBindingAsync(successor))!.AppGuid.ShouldBe("app-7");
        (await StoredBindingAsync(successor))!.PlanId.ShouldBe(BrokerClient.PlanId);
        (await Broker.FetchBindingAsync(id, old)).Is(200);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Apps.ShouldHaveSingleItem().BindingIds.Order().ShouldBe(new[] { old, successor }.Order());
        var third = NewId();
        (await Broker.BindAsync(id, third, new JsonObject { ["predecessor_binding_id"] = successor })).Is(201);
        (await Broker.UnbindAsync(id, third)).Is(200);
        (await Broker.FetchBindingAsync(id, old)).Is(200);
        (await Broker.FetchBindingAsync(id, successor)).Is(200);
        (await Broker.UnbindAsync(id, old)).Is(200);
        (await Broker.FetchBindingAsync(id, successor)).Is(200);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Apps.ShouldHaveSingleItem().BindingIds.ShouldBe([successor]);
    }

    [Fact]
    public async Task C092_Rotation_FollowsTheRulesOfBinds()
    {
        var (id, old) = await BoundAsync();
        var (successor, slow) = (NewId(), NewId());
        var rotation = new JsonObject { ["predecessor_binding_id"] = old };
        (await Broker.BindAsync(id, successor, rotation)).Is(201);
        (await Broker.BindAsync(id, successor)).IsError(409);
        (await Broker.BindAsync(id, old, rotation)).IsError(409);
        var mismatching = BrokerClient.BindBody(planId: GatewayRun.SecondPlan);
        mismatching["predecessor_binding_id"] = old;
        (await Broker.BindAsync(id, NewId(), mismatching)).IsError(400);
        Run.Edge.Stall(slow);
        var operation = (await Broker.BindAsync(id, slow, rotation, incomplete: true)).Is(202).Operation;
        (await Broker.BindAsync(id, slow, rotation, incomplete: true)).Is(202).Operation.ShouldBe(operation);
        (await Broker.FetchBindingAsync(id, slow)).IsError(404);
        Run.Edge.Go(slow);
        await Eventually.TrueAsync(async () => (await Broker.LastBindingOperationAsync(id, slow, operation)).State == "succeeded", "the rotation ends", cancellationToken: TestContext.Current.CancellationToken);
        (await Broker.FetchBindingAsync(id, slow)).Is(200);

        var asynchronous = await ProvisionedAsync(planId: GatewayRun.AsyncPlan);
        (await Broker.BindAsync(asynchronous, slow = NewId(), BrokerClient.BindBody(planId: GatewayRun.AsyncPlan), incomplete: true)).Is(201);
        (await Broker.BindAsync(asynchronous, NewId(), new JsonObject { ["predecessor_binding_id"] = slow })).IsError(422, "AsyncRequired");
    }

    [Fact]
    public async Task C092_Repeat_AfterThePredecessorIsGone_IsStill200()
    {
        var (id, old) = await BoundAsync();
        var successor = NewId();
        var rotation = BrokerClient.BindBody();
        rotation["predecessor_binding_id"] = old;
        (await Broker.BindAsync(id, successor, rotation)).Is(201);
        (await Broker.UnbindAsync(id, old)).Is(200);
        (await Broker.BindAsync(id, successor, rotation)).Is(200);
    }

    [Fact]
    public async Task C093_Predecessor_MustBeOfTheSameInstance()
    {
        var (id, _) = await BoundAsync();
        var (_, stranger) = await BoundAsync();
        (await Broker.BindAsync(id, NewId(), new JsonObject { ["predecessor_binding_id"] = stranger })).IsError(400);
        (await Broker.BindAsync(id, NewId(), new JsonObject { ["predecessor_binding_id"] = "never-seen" })).IsError(400);
        (await Broker.BindAsync(id, NewId(), new JsonObject { ["predecessor_binding_id"] = 5 })).IsError(400);
        (await Broker.BindAsync(id, NewId(), new JsonObject { ["predecessor_binding_id"] = "" })).IsError(400);
        var (other, removed) = await BoundAsync();
        (await Broker.UnbindAsync(other, removed, incomplete: true)).Is(200);
        (await Broker.BindAsync(other, NewId(), new JsonObject { ["predecessor_binding_id"] = removed })).IsError(400);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == other).Apps.ShouldBeEmpty();
    }
}
