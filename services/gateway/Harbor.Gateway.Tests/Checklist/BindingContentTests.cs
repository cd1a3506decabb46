using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;
using Harbor.State.Services;
using Harbor.Testing;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class BindingContentTests(SharedGateway gateway) : ChecklistTests(gateway)
{
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
            $$"""[{{string.Join(",", new[] { "ext-services.example.com", "192.0.43.10", "10.0.0.9" }.Select(host => $$"""{"host":"{{host}}","ports":["{{port}}"],"protocol":"{{shown}}"}"""))}}]""");
        foreach (var name in new[] { "hostname", "host", "ext_hostname", "ext_host" })
        {
            body["endpoints"]!.AsArray().Select(endpoint => (string?)endpoint!["host"]).ShouldContain((string?)body["credentials"]![name]);
        }
    }

    [Fact]
    public async Task C086_Endpoints_OfAPoolWithoutOtherNames_AreOne()
    {
        var id = await ProvisionedAsync(planId: GatewayRun.SecondPlan);
        var body = (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: GatewayRun.SecondPlan))).Is(201).Body;
        body["endpoints"]!.AsArray().Select(endpoint => (string?)endpoint!["host"]).ShouldBe(["10.0.0.10"]);
        ((string?)body["credentials"]!["uri"]).ShouldBe($"tcp://10.0.0.10:{(int)body["credentials"]!["port"]!}");
        body["credentials"]!.AsObject().Select(property => property.Key).Where(name => name.StartsWith("ext_", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task C088_C089_C090_Binding_HoldsNothingElse()
    {
        var (id, binding) = await BoundAsync();
        (await Broker.BindAsync(id, binding)).Is(200).Body.Select(property => property.Key).ShouldBe(["credentials", "endpoints"]);
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
