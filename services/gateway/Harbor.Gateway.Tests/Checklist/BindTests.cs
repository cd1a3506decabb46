using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class BindTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C076_Bind_Is201WithCredentials()
    {
        var id = await ProvisionedAsync();
        var port = (await Run.PortsAsync()).Single(one => one.ServiceInstanceId == id).Port;
        var credentials = (await Broker.BindAsync(id, NewId())).Is(201).Body["credentials"]!;
        credentials.ToJsonString().ShouldBe(
            $$"""{"hostname":"10.0.0.9","host":"10.0.0.9","port":{{port}},"name":"{{id}}","node_id":"harbor_node_1","protocol":"tcp","int_port":4100,"ext_hostname":"ext-services.example.com","ext_host":"192.0.43.10","uri":"tcp://ext-services.example.com:{{port}}"}""");
    }

    [Fact]
    public async Task C077_SlowBind_Is202WithoutCredentialsAndIsFetchedLater()
    {
        var id = await ProvisionedAsync();
        var binding = NewId();
        Run.Edge.Stall(binding);
        var answer = (await Broker.BindAsync(id, binding, incomplete: true)).Is(202);
        answer.Body.Select(property => property.Key).ShouldBe(["operation"]);
        (await Broker.LastBindingOperationAsync(id, binding)).Is(200).State.ShouldBe("in progress");
        (await Broker.FetchBindingAsync(id, binding)).IsError(404);
        (await Broker.BindAsync(id, binding, incomplete: true)).Is(202).Operation.ShouldBe(answer.Operation);
        Run.Edge.Go(binding);
        await Eventually.TrueAsync(async () => (await Broker.LastBindingOperationAsync(id, binding)).State == "succeeded", "the binding is made", cancellationToken: TestContext.Current.CancellationToken);
        (await Broker.FetchBindingAsync(id, binding)).Is(200).Body["credentials"].ShouldNotBeNull();
    }

    [Fact]
    public async Task C077_AsynchronousPlan_NeedsTheParameter()
    {
        var id = await ProvisionedAsync(planId: GatewayRun.AsyncPlan);
        var binding = NewId();
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody(planId: GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired");
        (await Broker.SendAsync(HttpMethod.Put, $"{BrokerClient.Binding(id, binding)}?accepts_incomplete=false", BrokerClient.BindBody(planId: GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired");
        (await StoredBindingAsync(binding)).ShouldBeNull();
        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.AsyncPlan), incomplete: true)).Status.ShouldBeOneOf(201, 202);
    }

    [Fact]
    public async Task C078_Repeat_Is200WithTheSameBinding()
    {
        var id = await ProvisionedAsync();
        var binding = NewId();
        var first = (await Broker.BindAsync(id, binding)).Is(201);
        (await Broker.BindAsync(id, binding)).Is(200).Text.ShouldBe(first.Text);
        (await Broker.BindAsync(id, binding, incomplete: true)).Is(200).Text.ShouldBe(first.Text);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Apps.ShouldHaveSingleItem().BindingIds.ShouldBe([binding]);
    }

    [Fact]
    public async Task C078_AsynchronousRepeatOfASynchronousBind_IsRememberedAlsoWhenItFails()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:01", ["Harbor:Gateway:Broker:SynchronousTimeout"] = "00:00:01" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.Stall("b");
        var first = run.Broker.BindAsync("x", "b");
        await Eventually.TrueAsync(async () => (await run.Broker.LastBindingOperationAsync("x", "b")).Status == 200, "the bind is stored", cancellationToken: TestContext.Current.CancellationToken);
        var operation = (await run.Broker.BindAsync("x", "b", incomplete: true)).Is(202).Operation;
        (await first).IsError(503);
        run.Edge.Go("b");
        await Eventually.TrueAsync(async () => (await run.AllAsync<BindingDocument>()).Single().State == BindingState.Removed, "the port forgets it", cancellationToken: TestContext.Current.CancellationToken);
        (await run.Broker.LastBindingOperationAsync("x", "b", operation)).Is(200).State.ShouldBe("failed");
    }

    [Fact]
    public async Task C079_OtherAttributes_Are409()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody("app-2"))).IsError(409);
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody(null))).IsError(409);
        (await Broker.BindAsync(await ProvisionedAsync(), binding)).IsError(409);
        (await Broker.BindAsync(id, binding, WithParameters(new JsonObject { ["any"] = 1 }))).IsError(409);
        (await Broker.BindAsync(id, binding, WithParameters(new JsonObject()))).Is(200);

        var running = NewId();
        Run.Edge.Stall(running);
        (await Broker.BindAsync(id, running, incomplete: true)).Is(202);
        (await Broker.BindAsync(id, running, BrokerClient.BindBody("app-2"), incomplete: true)).IsError(409);
        (await Broker.BindAsync(id, running, WithParameters(new JsonObject { ["any"] = 1 }), incomplete: true)).IsError(409);
        (await Broker.BindAsync(id, running, incomplete: true)).Is(202);
        Run.Edge.Go(running);
    }

    [Fact]
    public async Task C080_BadRequest_Is400()
    {
        var id = await ProvisionedAsync();
        foreach (var field in new[] { "service_id", "plan_id" })
        {
            var body = BrokerClient.BindBody();
            body.Remove(field);
            (await Broker.BindAsync(id, NewId(), body)).IsError(400);
            foreach (var value in new JsonNode?[] { null, "", "nope", 5 })
            {
                body[field] = value;
                (await Broker.BindAsync(id, NewId(), body)).IsError(400).Description!.ShouldContain(field);
            }
        }

        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.SecondPlan))).IsError(400);
        foreach (var parameters in new JsonNode[] { new JsonObject { ["any"] = 1 }, new JsonArray(), 5 })
        {
            (await Broker.BindAsync(id, NewId(), WithParameters(parameters))).IsError(400);
        }

        foreach (var (field, value) in new (string, JsonNode)[] { ("bind_resource", 5), ("bind_resource", new JsonObject { ["app_guid"] = 5 }), ("app_guid", new JsonArray()), ("context", "text") })
        {
            var body = BrokerClient.BindBody();
            body[field] = value;
            (await Broker.BindAsync(id, NewId(), body)).IsError(400);
        }

        (await Run.AllAsync<BindingDocument>()).ShouldNotContain(binding => binding.ServiceInstanceId == id);
        (await Broker.BindAsync(id, NewId(), WithParameters(new JsonObject()))).Is(201);
        (await Broker.BindAsync(id, NewId(), WithParameters(null))).Is(201);
    }

    [Fact]
    public async Task C081_ServiceKey_NeedsNoApplication()
    {
        var id = await ProvisionedAsync();
        var credentials = (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(null))).Is(201).Body["credentials"]!.AsObject();
        credentials.ContainsKey("int_port").ShouldBeFalse();
    }

    [Fact]
    public async Task C082_ApplicationOfBindResource_Wins()
    {
        var id = await ProvisionedAsync();
        var (both, old, key) = (NewId(), NewId(), NewId());
        var body = BrokerClient.BindBody("new-app");
        body["app_guid"] = "old-app";
        (await Broker.BindAsync(id, both, body)).Is(201);
        (await StoredBindingAsync(both))!.AppGuid.ShouldBe("new-app");
        var deprecated = BrokerClient.BindBody(null);
        deprecated["app_guid"] = "old-app";
        deprecated["bind_resource"] = new JsonObject();
        (await Broker.BindAsync(id, old, deprecated)).Is(201);
        (await StoredBindingAsync(old))!.AppGuid.ShouldBe("old-app");
        var client = BrokerClient.BindBody(null);
        client["bind_resource"] = new JsonObject { ["credential_client_id"] = "cc" };
        (await Broker.BindAsync(id, key, client)).Is(201);
    }

    [Fact]
    public async Task C083_BindingBeingRemoved_Is422()
    {
        var (id, binding) = await BoundAsync();
        Run.Edge.Stall(binding);
        (await Broker.UnbindAsync(id, binding, incomplete: true)).Is(202);
        (await Broker.BindAsync(id, binding)).IsError(422, "ConcurrencyError");
        Run.Edge.Go(binding);
    }

    [Fact]
    public async Task C084_NothingToBindTo_IsRefusedWithoutEffect()
    {
        var binding = NewId();
        (await Broker.BindAsync(await ProvisionedAsync(planId: GatewayRun.PlainPlan), binding, BrokerClient.BindBody(planId: GatewayRun.PlainPlan))).IsError(400);
        (await Broker.BindAsync("never-seen", binding)).IsError(404);
        var deleted = await ProvisionedAsync();
        (await Broker.DeprovisionAsync(deleted)).Is(200);
        (await Broker.BindAsync(deleted, binding)).IsError(404);
        var (running, _) = await ProvisioningAsync();
        (await Broker.BindAsync(running, binding)).IsError(422, "ConcurrencyError");
        (await StoredBindingAsync(binding)).ShouldBeNull();
        (await EndAsync(running)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C085_C094_OneBinding_IsRevokedAlone()
    {
        var (id, first) = await BoundAsync();
        var second = NewId();
        (await Broker.BindAsync(id, second)).Is(201);
        (await Broker.UnbindAsync(id, first)).Is(200);
        (await Broker.FetchBindingAsync(id, first)).IsError(404);
        (await Broker.FetchBindingAsync(id, second)).Is(200);
        (await Run.PortsAsync()).Single(port => port.ServiceInstanceId == id).Apps.ShouldHaveSingleItem().BindingIds.ShouldBe([second]);
    }

    private static JsonObject WithParameters(JsonNode? parameters)
    {
        var body = BrokerClient.BindBody();
        body["parameters"] = parameters;
        return body;
    }
}
