using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

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
        (await Broker.FetchBindingAsync(id, old)).Is(200);
        (await Broker.UnbindAsync(id, old)).Is(200);
        (await Broker.FetchBindingAsync(id, successor)).Is(200);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Apps.ShouldHaveSingleItem().BindingIds.ShouldBe([successor]);
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
    }
}
