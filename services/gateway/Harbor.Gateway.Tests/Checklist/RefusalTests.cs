using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

/// <summary>What is refused changes nothing, whatever it was and whatever it was refused for.</summary>
public sealed class RefusalTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C015_Refusal_LeavesEverythingAsItWas()
    {
        var (id, binding) = await BoundAsync();
        var before = await StateOfAsync(id);
        Answer[] refused =
        [
            (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(new { hold_seconds = 3 }))).IsError(409),
            (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(planId: GatewayRun.SecondPlan))).IsError(409),
            (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(planId: GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired"),
            (await Broker.ProvisionAsync(id, new JsonObject())).IsError(400),
            (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 99 }))).IsError(400),
            (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 9, nope = 1 }))).IsError(400),
            (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { allow = new[] { "10.0.0.0/99" } }))).IsError(400),
            (await Broker.UpdateAsync(id, Update("plan_id", GatewayRun.SecondPlan))).IsError(422),
            (await Broker.UpdateAsync(id, Update("plan_id", GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired"),
            (await Broker.UpdateAsync(id, Update("maintenance_info", new JsonObject { ["version"] = "9.0.0" }))).IsError(422, "MaintenanceInfoConflict"),
            (await Broker.UpdateAsync(id, Update("context", 5))).IsError(400),
            (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: "nope"))).IsError(400),
            (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.SecondPlan))).IsError(400),
            (await Broker.BindAsync(id, NewId(), new JsonObject { ["predecessor_binding_id"] = "nope" })).IsError(400),
            (await Broker.BindAsync(id, binding, BrokerClient.BindBody("app-2"))).IsError(409),
            (await Broker.BindAsync(await ProvisionedAsync(), binding)).IsError(409),
            (await Broker.UnbindAsync(id, binding, planId: GatewayRun.SecondPlan)).IsError(400),
            (await Broker.UnbindAsync(id, binding, planId: GatewayRun.AsyncPlan)).IsError(422, "AsyncRequired"),
            (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Binding(id, binding))).IsError(400),
            (await Broker.DeprovisionAsync(id, planId: GatewayRun.SecondPlan)).IsError(400),
            (await Broker.DeprovisionAsync(id, planId: GatewayRun.AsyncPlan)).IsError(422, "AsyncRequired"),
            (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Instance(id))).IsError(400),
            await Broker.UnbindAsync("another", binding),
        ];
        refused[^1].Status.ShouldBe(410);
        (await StateOfAsync(id)).ShouldBe(before);
    }

    [Fact]
    public async Task C015_RefusalWhileAnOperationRuns_LeavesThatAlone()
    {
        var (creating, create) = await ProvisioningAsync();
        var (updating, update) = await UpdatingAsync(new { hold_seconds = 1 });
        var (deleting, delete) = await DeprovisioningAsync();
        foreach (var (id, operation) in new[] { (creating, create), (updating, update), (deleting, delete) })
        {
            var before = await StateOfAsync(id);
            (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 2 }), incomplete: true)).IsError(422, "ConcurrencyError");
            (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 200 }), incomplete: true)).IsError(422, "ConcurrencyError");
            (await Broker.DeprovisionAsync(id, planId: GatewayRun.SecondPlan)).IsError(400);
            if (id != updating)
            {
                (await Broker.BindAsync(id, NewId())).IsError(422, "ConcurrencyError");
            }

            (await StateOfAsync(id)).ShouldBe(before);
            (await Broker.LastOperationAsync(id, operation)).State.ShouldBe("in progress");
            (await EndAsync(id)).ShouldBe("succeeded");
        }
    }

    /// <summary>Also where only the node refuses, and the id had an instance before.</summary>
    [Fact]
    public async Task C015_RefusedProvision_LeavesTheEndOfTheOneBefore()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Pools:default:PortRange"] = "22000-22001" });
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { port = 22000 }))).Is(201);
        (await run.Broker.ProvisionAsync("holder", BrokerClient.ProvisionBody(new { port = 22001 }))).Is(201);
        (await run.Broker.DeprovisionAsync("x")).Is(200);
        run.Edge.ForeignPorts[22000] = true;
        (await run.Broker.ProvisionAsync("x")).IsError(400);
        (await run.Broker.LastOperationAsync("x")).Is(200).State.ShouldBe("succeeded");
        (await run.Broker.DeprovisionAsync("x")).Is(410);
    }

    private static JsonObject Update(string name, JsonNode value)
    {
        var body = BrokerClient.UpdateBody(new { hold_seconds = 9 });
        body[name] = value;
        return body;
    }
}
