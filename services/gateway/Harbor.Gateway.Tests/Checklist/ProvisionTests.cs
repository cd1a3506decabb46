using System.Text.Json.Nodes;
using Harbor.Contracts.Ports;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class ProvisionTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C030_NewInstance_Is201() => (await Broker.ProvisionAsync(NewId())).Is(201).Text.ShouldBe("{}");

    [Fact]
    public async Task C031_SlowInstance_Is202WithItsOperation()
    {
        var (id, operation) = await ProvisioningAsync();
        operation.Length.ShouldBeInRange(1, 10_000);
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C032_AsynchronousPlan_NeedsTheParameter()
    {
        var id = NewId();
        var body = BrokerClient.ProvisionBody(planId: GatewayRun.AsyncPlan);
        (await Broker.ProvisionAsync(id, body)).IsError(422, "AsyncRequired");
        (await Broker.SendAsync(HttpMethod.Put, $"{BrokerClient.Instance(id)}?accepts_incomplete=false", body)).IsError(422, "AsyncRequired");
        (await StoredAsync(id)).ShouldBeNull();
        (await Broker.ProvisionAsync(id, body, incomplete: true)).Status.ShouldBeOneOf(201, 202);
    }

    [Theory]
    [InlineData("service_id")]
    [InlineData("plan_id")]
    [InlineData("organization_guid")]
    [InlineData("space_guid")]
    public async Task C033_MandatoryField_MustBeThere(string field)
    {
        JsonNode?[] values = [null, "", 5, new JsonObject()];
        foreach (var value in values)
        {
            var body = BrokerClient.ProvisionBody();
            body[field] = value;
            (await Broker.ProvisionAsync("c33", body)).IsError(400).Description!.ShouldContain(field);
        }

        var without = BrokerClient.ProvisionBody();
        without.Remove(field);
        (await Broker.ProvisionAsync("c33", without)).IsError(400);
        (await StoredAsync("c33")).ShouldBeNull();
    }

    [Fact]
    public async Task C034_UnknownOfferingOrPlan_Is400()
    {
        var offering = BrokerClient.ProvisionBody();
        offering["service_id"] = "nope";
        (await Broker.ProvisionAsync("c34", offering)).IsError(400);
        offering["service_id"] = GatewayRun.SecondPlan;
        (await Broker.ProvisionAsync("c34", offering)).IsError(400);
        foreach (var plan in new[] { "nope", BrokerClient.ServiceId, BrokerClient.PlanId.ToUpperInvariant() })
        {
            (await Broker.ProvisionAsync("c34", BrokerClient.ProvisionBody(planId: plan), incomplete: true)).IsError(400).Description!.ShouldContain("plan_id");
        }

        (await StoredAsync("c34")).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"nope":1}""", "nope")]
    [InlineData("""{"protocol":"sctp"}""", "protocol")]
    [InlineData("""{"protocol":1}""", "protocol")]
    [InlineData("""{"port":"20001"}""", "port")]
    [InlineData("""{"port":80}""", "port")]
    [InlineData("""{"balance":"best"}""", "balance")]
    [InlineData("""{"proxy_protocol":"v3"}""", "proxy_protocol")]
    [InlineData("""{"protocol":"udp","proxy_protocol":"v1"}""", "proxy_protocol")]
    [InlineData("""{"allow":"10.0.0.0/8"}""", "allow")]
    [InlineData("""{"allow":["10.0.0.0/33"]}""", "allow")]
    [InlineData("""{"deny":["example.com"]}""", "deny")]
    [InlineData("""{"deny":[7]}""", "deny")]
    [InlineData("""{"max_connections":-1}""", "max_connections")]
    [InlineData("""{"max_connections":1000001}""", "max_connections")]
    [InlineData("""{"max_connections_per_source":1.5}""", "max_connections_per_source")]
    [InlineData("""{"connection_rate_per_source":null}""", "connection_rate_per_source")]
    [InlineData("""{"connect_timeout_ms":49}""", "connect_timeout_ms")]
    [InlineData("""{"idle_timeout_seconds":86401}""", "idle_timeout_seconds")]
    [InlineData("""{"hold_seconds":61}""", "hold_seconds")]
    [InlineData("""{"hold_seconds":1e999}""", "hold_seconds")]
    [InlineData("""[1]""", "parameters")]
    public async Task C035_InvalidParameters_Are400AndSayWhich(string parameters, string named)
    {
        var id = NewId();
        (await Broker.SendTextAsync(HttpMethod.Put, BrokerClient.Instance(id), BodyWith(parameters), "application/json")).IsError(400).Description!.ShouldContain(named);
        (await StoredAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task C036_Repeat_Is200WithTheSameBody()
    {
        var id = NewId();
        var body = BrokerClient.ProvisionBody(new { hold_seconds = 2 });
        var first = (await Broker.ProvisionAsync(id, body)).Is(201);
        (await Broker.ProvisionAsync(id, body)).Is(200).Text.ShouldBe(first.Text);
        (await Broker.ProvisionAsync(id, body, incomplete: true)).Is(200).Text.ShouldBe(first.Text);
    }

    [Fact]
    public async Task C037_RepeatInProgress_Is202WithTheSameOperation()
    {
        var (id, operation) = await ProvisioningAsync();
        (await Broker.ProvisionAsync(id, incomplete: true)).Is(202).Operation.ShouldBe(operation);
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C038_OtherAttributes_Are409()
    {
        var id = await ProvisionedAsync();
        var (running, _) = await ProvisioningAsync();
        var space = BrokerClient.ProvisionBody();
        space["space_guid"] = "space-2";
        foreach (var body in new[] { BrokerClient.ProvisionBody(new { nope = 1 }), BrokerClient.ProvisionBody(new { hold_seconds = 9 }), BrokerClient.ProvisionBody(organization: "org-2"), BrokerClient.ProvisionBody(planId: GatewayRun.SecondPlan), space })
        {
            (await Broker.ProvisionAsync(id, body)).IsError(409);
            (await Broker.ProvisionAsync(running, body, incomplete: true)).IsError(409);
        }

        (await EndAsync(running)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C039_Identity_IsSemantic()
    {
        var id = NewId();
        (await Broker.SendTextAsync(HttpMethod.Put, BrokerClient.Instance(id), BodyWith("""{"hold_seconds":10,"connect_timeout_ms":500}"""), "application/json")).Is(201);
        (await Broker.SendTextAsync(HttpMethod.Put, BrokerClient.Instance(id), BodyWith("""{"connect_timeout_ms":5e2,"hold_seconds":10.0}"""), "application/json")).Is(200);

        var plain = await ProvisionedAsync();
        var named = BrokerClient.ProvisionBody(new { });
        named["context"] = new JsonObject { ["instance_name"] = "udp-now", ["annotations"] = new JsonObject { ["a"] = "b" } };
        (await Broker.ProvisionAsync(plain, named)).Is(200);
        named["parameters"] = null;
        (await Broker.ProvisionAsync(plain, named)).Is(200);

        var empty = await ProvisionedAsync(new { });
        (await Broker.ProvisionAsync(empty)).Is(200);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == plain).Protocol.ShouldBe(PortProtocol.Tcp);
    }

    [Fact]
    public async Task C040_MaintenanceVersion_MustBeTheCatalogs()
    {
        var id = NewId();
        (await Broker.ProvisionAsync(id, Maintained(GatewayRun.SecondPlan, "2.0.0"))).IsError(422, "MaintenanceInfoConflict");
        (await Broker.ProvisionAsync(id, Maintained(BrokerClient.PlanId, "2.1.0"))).IsError(422, "MaintenanceInfoConflict");
        (await Broker.ProvisionAsync(id, Maintained(GatewayRun.SecondPlan, ""), incomplete: true)).IsError(422, "MaintenanceInfoConflict");
        (await StoredAsync(id)).ShouldBeNull();
        (await Broker.ProvisionAsync(id, Maintained(GatewayRun.SecondPlan, "2.1.0"))).Is(201);
        var without = BrokerClient.ProvisionBody(planId: GatewayRun.SecondPlan);
        without["maintenance_info"] = new JsonObject { ["description"] = "no version" };
        (await Broker.ProvisionAsync(NewId(), without)).Is(201);
    }

    [Fact]
    public async Task C041_C042_Answer_HoldsNothingThatIsNull()
    {
        var (id, _) = await ProvisioningAsync();
        (await Broker.ProvisionAsync(id, incomplete: true)).Is(202).Body.Select(property => property.Key).ShouldBe(["operation"]);
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C043_Context_IsOptionalAndMayHoldTheGuids()
    {
        var body = new JsonObject
        {
            ["service_id"] = BrokerClient.ServiceId,
            ["plan_id"] = BrokerClient.PlanId,
            ["context"] = new JsonObject { ["platform"] = "something-new", ["organization_guid"] = "org-c", ["space_guid"] = "space-c" },
        };
        var id = NewId();
        (await Broker.ProvisionAsync(id, body)).Is(201);
        (await StoredAsync(id))!.OrganizationGuid.ShouldBe("org-c");
        (await StoredAsync(id))!.SpaceGuid.ShouldBe("space-c");

        var top = BrokerClient.ProvisionBody();
        top["context"] = new JsonObject { ["platform"] = "kubernetes", ["namespace"] = "n", ["clusterid"] = "c" };
        (await Broker.ProvisionAsync(id = NewId(), top)).Is(201);
        (await StoredAsync(id))!.OrganizationGuid.ShouldBe("org-1");
        foreach (var context in new JsonNode?[] { null, new JsonObject() })
        {
            top["context"] = context;
            (await Broker.ProvisionAsync(NewId(), top)).Is(201);
        }
    }

    private static JsonObject Maintained(string planId, string version)
    {
        var body = BrokerClient.ProvisionBody(planId: planId);
        body["maintenance_info"] = new JsonObject { ["version"] = version, ["description"] = "ignored" };
        return body;
    }

    private static string BodyWith(string parameters)
        => $$"""{"service_id":"{{BrokerClient.ServiceId}}","plan_id":"{{BrokerClient.PlanId}}","organization_guid":"o","space_guid":"s","parameters":{{parameters}}}""";
}
