using System.Text.Json.Nodes;
using Harbor.Contracts.Ports;
using Harbor.Gateway.Tests.Running;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class UpdateTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C063_Update_Is200AndThePortFollows()
    {
        var id = await ProvisionedAsync();
        var update = BrokerClient.UpdateBody(new
        {
            balance = "least_connections",
            proxy_protocol = "v2",
            allow = new[] { "10.1.2.3/8" },
            deny = new[] { "2001:db8::1" },
            max_connections = 7,
            max_connections_per_source = 3,
            connection_rate_per_source = 2,
            connect_timeout_ms = 100,
            idle_timeout_seconds = 30,
            hold_seconds = 6,
        });
        (await Broker.UpdateAsync(id, update)).Is(200).Text.ShouldBe("{}");
        var policy = (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Policy;
        policy.Balance.ShouldBe(Balance.LeastConnections);
        policy.ProxyProtocol.ShouldBe(ProxyProtocol.V2);
        policy.Allow.ShouldBe(["10.0.0.0/8"]);
        policy.Deny.ShouldBe(["2001:db8::1/128"]);
        (policy.MaxConnections, policy.MaxConnectionsPerSource, policy.ConnectionRatePerSource).ShouldBe((7, 3, 2));
        (policy.ConnectTimeoutMs, policy.IdleTimeoutSeconds, policy.HoldSeconds).ShouldBe((100, 30, 6));
    }

    [Fact]
    public async Task C063_EmptyParameters_ChangeNothing()
    {
        var id = await ProvisionedAsync(new { hold_seconds = 2 });
        var before = await StoredAsync(id);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { }))).Is(200);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody())).Is(200);
        (await StoredAsync(id))!.Version.ShouldBe(before!.Version);
    }

    [Fact]
    public async Task C064_RepeatInProgress_Is202WithTheSameOperation()
    {
        var (id, operation) = await UpdatingAsync(new { hold_seconds = 1 });
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 1 }), incomplete: true)).Is(202).Operation.ShouldBe(operation);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 2 }), incomplete: true)).IsError(422, "ConcurrencyError");
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C065_BadRequest_Is400()
    {
        var id = await ProvisionedAsync();
        var before = await StateOfAsync(id);
        foreach (var service in new JsonNode?[] { null, "", "nope", 5 })
        {
            (await Broker.UpdateAsync(id, new JsonObject { ["service_id"] = service, ["parameters"] = new JsonObject() })).IsError(400).Description!.ShouldContain("service_id");
        }

        (await Broker.UpdateAsync(id, new JsonObject())).IsError(400);
        foreach (var planId in new JsonNode[] { "nope", "", 5, BrokerClient.ServiceId })
        {
            var plan = BrokerClient.UpdateBody();
            plan["plan_id"] = planId;
            (await Broker.UpdateAsync(id, plan)).IsError(400).Description!.ShouldContain("plan_id");
        }
        foreach (var parameters in new object[] { new { nope = 1 }, new { port = 20001 }, new { protocol = "udp" }, new { hold_seconds = 100 }, new { deny = new[] { "nonsense" } }, new JsonArray() })
        {
            (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(parameters))).IsError(400);
        }

        (await StateOfAsync(id)).ShouldBe(before);
        (await Broker.UpdateAsync(await ProvisionedAsync(new { protocol = "udp" }), BrokerClient.UpdateBody(new { proxy_protocol = "v1" }))).IsError(400);
    }

    [Fact]
    public async Task C066_C067_PlanChange_Is422()
    {
        var id = await ProvisionedAsync(new { hold_seconds = 2 });
        var before = await StateOfAsync(id);
        var update = BrokerClient.UpdateBody(new { hold_seconds = 3 });
        update["plan_id"] = GatewayRun.SecondPlan;
        foreach (var incomplete in new[] { false, true })
        {
            (await Broker.UpdateAsync(id, update, incomplete)).IsError(422);
        }

        (await StateOfAsync(id)).ShouldBe(before);
        update["plan_id"] = BrokerClient.PlanId;
        (await Broker.UpdateAsync(id, update)).Is(200);
    }

    [Fact]
    public async Task C068_AbsentFields_StayAsTheyAre()
    {
        var id = await ProvisionedAsync(new { hold_seconds = 2, allow = new[] { "10.0.0.0/8" } });
        var update = BrokerClient.UpdateBody(new { hold_seconds = 3 });
        update["plan_id"] = BrokerClient.PlanId;
        (await Broker.UpdateAsync(id, update)).Is(200);
        var policy = (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Policy;
        policy.Allow.ShouldBe(["10.0.0.0/8"]);
        policy.HoldSeconds.ShouldBe(3);
        ((string?)(await Broker.FetchAsync(id)).Body["plan_id"]).ShouldBe(BrokerClient.PlanId);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { allow = Array.Empty<string>() }))).Is(200);
        (await Broker.FetchAsync(id)).Body["parameters"]!.ToJsonString().ShouldBe("""{"allow":[],"hold_seconds":3}""");
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Policy.Allow.ShouldBeEmpty();
    }

    [Fact]
    public async Task C069_AsynchronousPlan_NeedsTheParameterBeforeAnythingElse()
    {
        var id = await ProvisionedAsync(planId: GatewayRun.AsyncPlan);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody())).IsError(422, "AsyncRequired");
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { nope = 1 }))).IsError(422, "AsyncRequired");
        (await Broker.SendAsync(HttpMethod.Patch, $"{BrokerClient.Instance(id)}?accepts_incomplete=false", BrokerClient.UpdateBody())).IsError(422, "AsyncRequired");
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(), incomplete: true)).Status.ShouldBeOneOf(200, 202);
    }

    [Fact]
    public async Task C070_MaintenanceVersion_MustBeTheCatalogs()
    {
        var id = await ProvisionedAsync(planId: GatewayRun.SecondPlan);
        var update = BrokerClient.UpdateBody();
        update["maintenance_info"] = new JsonObject { ["version"] = "1.0.0" };
        (await Broker.UpdateAsync(id, update)).IsError(422, "MaintenanceInfoConflict");
        update["maintenance_info"] = new JsonObject { ["version"] = "2.1.0" };
        (await Broker.UpdateAsync(id, update)).Is(200);
        var plain = await ProvisionedAsync();
        (await Broker.UpdateAsync(plain, update)).IsError(422, "MaintenanceInfoConflict");
    }

    [Fact]
    public async Task C070_MaintenanceOfTheCatalog_IsPerformedAndShown()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(planId: GatewayRun.SecondPlan))).Is(201);
        run.Set("Harbor:Gateway:Plans:0:MaintenanceVersion", "2.2.0");
        await run.RestartAsync();
        ((string?)(await run.Broker.FetchAsync("x")).Body["maintenance_info"]!["version"]).ShouldBe("2.1.0");
        var update = BrokerClient.UpdateBody();
        update["maintenance_info"] = new JsonObject { ["version"] = "2.1.0" };
        (await run.Broker.UpdateAsync("x", update)).IsError(422, "MaintenanceInfoConflict");
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 1 }))).Is(200);
        ((string?)(await run.Broker.FetchAsync("x")).Body["maintenance_info"]!["version"]).ShouldBe("2.1.0");
        update["maintenance_info"] = new JsonObject { ["version"] = "2.2.0" };
        (await run.Broker.UpdateAsync("x", update)).Is(200);
        ((string?)(await run.Broker.FetchAsync("x")).Body["maintenance_info"]!["version"]).ShouldBe("2.2.0");
    }

    [Fact]
    public async Task C071_ContextAlone_IsStored()
    {
        var id = await ProvisionedAsync(new { hold_seconds = 2 });
        var update = BrokerClient.UpdateBody();
        update["context"] = new JsonObject { ["instance_name"] = "udp-renamed", ["organization_guid"] = "other" };
        var before = (await StoredAsync(id))!;
        var port = (await Run.PortsAsync()).Single(one => one.ServiceInstanceId == id);
        (await Broker.UpdateAsync(id, update)).Is(200).Text.ShouldBe("{}");
        var stored = (await StoredAsync(id))!;
        stored.Context!.ShouldContain("udp-renamed");
        stored.Parameters.ShouldBe(before.Parameters);
        (stored with { Context = before.Context, Version = before.Version, Operation = before.Operation, Earlier = before.Earlier, Parameters = before.Parameters }).ShouldBe(before);
        (await Run.PortsAsync()).Single(one => one.ServiceInstanceId == id).Version.ShouldBe(port.Version);
    }

    [Fact]
    public async Task C072_C073_FailedUpdate_ChangesNothingAndCanBeRepeated()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?>
        {
            ["Harbor:Gateway:Broker:OperationTimeout"] = "00:00:00.5",
            ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:00.5",
        });
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { hold_seconds = 2 }))).Is(201);
        run.Edge.AnswersAreLost = true;
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 7 }), incomplete: true)).Is(202);
        var failed = await Eventually.GetAsync(() => run.Broker.LastOperationAsync("x"), answer => answer.State == "failed", "the update fails", cancellationToken: TestContext.Current.CancellationToken);
        ((bool)failed.Body["instance_usable"]!).ShouldBeTrue();
        ((bool)failed.Body["update_repeatable"]!).ShouldBeTrue();
        (await run.Broker.FetchAsync("x")).Is(200).Body["parameters"]!.ToJsonString().ShouldBe("""{"hold_seconds":2}""");
        await Eventually.TrueAsync(async () => (await run.PortsAsync()).Single().Policy.HoldSeconds == 2, "the port is put back", cancellationToken: TestContext.Current.CancellationToken);

        var answer = (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 8 }))).Is(503);
        ((bool)answer.Body["instance_usable"]!).ShouldBeTrue();
        run.Edge.AnswersAreLost = false;
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { hold_seconds = 9 }))).Is(200);
    }

    [Fact]
    public async Task C074_PreviousValues_AreNotNeeded()
    {
        var update = BrokerClient.UpdateBody(new { hold_seconds = 1 });
        (await Broker.UpdateAsync(await ProvisionedAsync(), update)).Is(200);
        foreach (var previous in new JsonNode?[] { null, new JsonObject(), new JsonObject { ["plan_id"] = "whatever", ["service_id"] = 5, ["organization_id"] = null, ["maintenance_info"] = new JsonObject { ["version"] = "0.0.1" } } })
        {
            update["previous_values"] = previous;
            (await Broker.UpdateAsync(await ProvisionedAsync(), update)).Is(200);
        }
    }

    [Fact]
    public async Task C075_UnknownIs404AndRunningIs422()
    {
        (await Broker.UpdateAsync("never-seen", BrokerClient.UpdateBody())).IsError(404);
        var (id, _) = await ProvisioningAsync();
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 1 }))).IsError(422, "ConcurrencyError");
        (await EndAsync(id)).ShouldBe("succeeded");
        (await Broker.DeprovisionAsync(id)).Is(200);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 1 }))).IsError(404);
    }

    /// <summary>Cloud Controller takes no 409 for an update; and what is being deleted is neither usable nor worth another update.</summary>
    [Fact]
    public async Task C073_C075_UpdateOvertakenByADelete_Is422AndSaysSo()
    {
        var id = await ProvisionedAsync();
        Run.Edge.Stall(id);
        var update = Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 1 }));
        var running = await Eventually.GetAsync(() => StoredAsync(id), stored => stored?.Update is not null, "the update is stored", cancellationToken: TestContext.Current.CancellationToken);
        (await Broker.DeprovisionAsync(id, incomplete: true)).Is(202);
        var answer = (await update).IsError(422, "ConcurrencyError");
        (((bool?)answer.Body["instance_usable"]), ((bool?)answer.Body["update_repeatable"])).ShouldBe((false, false));
        var polled = (await Broker.LastOperationAsync(id, running!.Operation.Id)).Is(200);
        polled.State.ShouldBe("failed");
        (((bool?)polled.Body["instance_usable"]), ((bool?)polled.Body["update_repeatable"])).ShouldBe((false, false));
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C065_InvalidNetworks_Are400AlsoWhereThePlanIsGone()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(planId: GatewayRun.PlainPlan))).Is(201);
        run.Set("Harbor:Gateway:Plans:2:Id", "another");
        await run.RestartAsync();
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { allow = new[] { "nonsense" } }))).IsError(400).Description!.ShouldContain("nonsense");
        (await run.Broker.UpdateAsync("x", BrokerClient.UpdateBody(new { allow = new[] { "10.0.0.0/8" } }))).Is(200);
    }
}
