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
        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired");
        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.AsyncPlan), incomplete: true)).Status.ShouldBeOneOf(201, 202);
    }

    [Fact]
    public async Task C078_Repeat_Is200WithTheSameBinding()
    {
        var id = await ProvisionedAsync();
        var binding = NewId();
        var first = (await Broker.BindAsync(id, binding)).Is(201);
        (await Broker.BindAsync(id, binding)).Is(200).Text.ShouldBe(first.Text);
    }

    [Fact]
    public async Task C079_OtherAttributes_Are409()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody("app-2"))).IsError(409);
        (await Broker.BindAsync(id, binding, BrokerClient.BindBody(null))).IsError(409);
        (await Broker.BindAsync(await ProvisionedAsync(), binding)).IsError(409);
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
            body[field] = "nope";
            (await Broker.BindAsync(id, NewId(), body)).IsError(400);
        }

        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.SecondPlan))).IsError(400);
        var parameters = BrokerClient.BindBody();
        parameters["parameters"] = new JsonObject { ["any"] = 1 };
        (await Broker.BindAsync(id, NewId(), parameters)).IsError(400);
        parameters["parameters"] = new JsonObject();
        (await Broker.BindAsync(id, NewId(), parameters)).Is(201);
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

    [Theory]
    [InlineData("tcp", "tcp")]
    [InlineData("udp", "udp")]
    [InlineData("both", "all")]
    public async Task C086_C087_Endpoints_NameEveryHostAndTheProtocol(string protocol, string shown)
    {
        var id = await ProvisionedAsync(new { protocol });
        var body = (await Broker.BindAsync(id, NewId())).Is(201).Body;
        var port = (int)body["credentials"]!["port"]!;
        ((string?)body["credentials"]!["protocol"]).ShouldBe(shown);
        body["endpoints"]!.ToJsonString().ShouldBe(
            $$"""[{"host":"ext-services.example.com","ports":["{{port}}"],"protocol":"{{shown}}"},{"host":"10.0.0.9","ports":["{{port}}"],"protocol":"{{shown}}"}]""");
    }

    [Fact]
    public async Task C088_C089_C090_Binding_HoldsNothingElse()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.FetchBindingAsync(id, binding)).Is(200).Body.Select(property => property.Key).ShouldBe(["credentials", "endpoints"]);
    }

    [Fact]
    public async Task ChangedAddress_ShowsInTheNextFetch()
    {
        await using var run = await GatewayRun.StartAsync();
        (await run.Broker.ProvisionAsync("x")).Is(201);
        (await run.Broker.BindAsync("x", "b")).Is(201);
        using var admin = new BrokerClient(run.Url, "admin", "a");
        (await admin.SendAsync(HttpMethod.Patch, "/admin/v1/pools/default", new JsonObject { ["hostname_external"] = "new.example.com", ["host_external"] = null })).Is(200);
        var credentials = (await run.Broker.FetchBindingAsync("x", "b")).Is(200).Body["credentials"]!.AsObject();
        ((string?)credentials["ext_hostname"]).ShouldBe("new.example.com");
        credentials.ContainsKey("ext_host").ShouldBeFalse();
    }

    [Fact]
    public async Task UnansweredBind_Is503AndLeavesNothing()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:DependencyTimeout"] = "00:00:00.3" });
        (await run.Broker.ProvisionAsync("x")).Is(201);
        run.Edge.AnswersAreLost = true;
        (await run.Broker.BindAsync("x", "b")).IsError(503);
        (await run.Broker.FetchBindingAsync("x", "b")).IsError(404);
        run.Edge.AnswersAreLost = false;
        await Eventually.TrueAsync(async () => (await run.AllAsync<BindingDocument>()).Count == 0, "the binding goes", cancellationToken: TestContext.Current.CancellationToken);
        (await run.PortsAsync()).Single().Apps.ShouldBeEmpty();
        (await run.Broker.BindAsync("x", "b")).Is(201);
    }
}
