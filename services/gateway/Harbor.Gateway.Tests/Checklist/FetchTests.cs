using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class FetchTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C058_FinishedInstance_IsFetched()
    {
        foreach (var plan in new[] { BrokerClient.PlanId, GatewayRun.SecondPlan, GatewayRun.AsyncPlan, GatewayRun.PlainPlan })
        {
            ((string?)(await Broker.FetchAsync(await ProvisionedAsync(planId: plan))).Is(200).Body["plan_id"]).ShouldBe(plan);
        }
    }

    [Fact]
    public async Task C059_UnknownOrUnfinished_Is404()
    {
        (await Broker.FetchAsync("never-seen")).IsError(404);
        var (id, _) = await ProvisioningAsync();
        (await Broker.FetchAsync(id)).IsError(404);
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.FetchAsync(id)).Is(200);
        (await Broker.DeprovisionAsync(id)).Is(200);
        (await Broker.FetchAsync(id)).IsError(404);
    }

    [Fact]
    public async Task C060_WhileUpdating_Is422()
    {
        var (id, _) = await UpdatingAsync(new { hold_seconds = 1 });
        (await Broker.FetchAsync(id)).IsError(422, "ConcurrencyError");
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.FetchAsync(id)).Is(200);
    }

    [Fact]
    public async Task C061_Fields_AreCurrentAndNeverNull()
    {
        var id = await ProvisionedAsync(new { allow = new[] { "10.1.2.3/8" }, hold_seconds = 1 }, GatewayRun.SecondPlan);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 4, balance = "source_hash" }))).Is(200);
        var body = (await Broker.FetchAsync(id)).Is(200).Body;
        body["parameters"]!.ToJsonString().ShouldBe("""{"balance":"source_hash","allow":["10.1.2.3/8"],"hold_seconds":4}""");
        body["maintenance_info"]!.ToJsonString().ShouldBe("""{"version":"2.1.0"}""");
        ((string?)body["service_id"]).ShouldBe(BrokerClient.ServiceId);
        ((string?)body["plan_id"]).ShouldBe(GatewayRun.SecondPlan);
        body.Count.ShouldBe(4);
        (await Broker.FetchAsync(await ProvisionedAsync())).Is(200).Text.ShouldBe(
            $$$"""{"service_id":"{{{BrokerClient.ServiceId}}}","plan_id":"{{{BrokerClient.PlanId}}}","parameters":{}}""");
    }

    [Fact]
    public async Task C062_Hints_AreAccepted()
        => (await Broker.SendAsync(HttpMethod.Get, $"{BrokerClient.Instance(await ProvisionedAsync())}?service_id={BrokerClient.ServiceId}&plan_id=other")).Is(200);
}
