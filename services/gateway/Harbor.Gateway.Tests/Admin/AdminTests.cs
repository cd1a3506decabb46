using System.Text.Json.Nodes;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Tests.Edge;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Admin;

public sealed class AdminTests
{
    [Fact]
    public async Task Roles_OpenWhatTheyShould()
    {
        await using var run = await GatewayRun.StartAsync();
        using var platform = new BrokerClient(run.Url, "platform", GatewayRun.Password);
        using var viewer = new BrokerClient(run.Url, "watcher", "w");
        using var admin = new BrokerClient(run.Url, "admin", "a");
        using var stranger = new BrokerClient(run.Url, "admin", "wrong");
        (await stranger.SendAsync(HttpMethod.Get, "/admin/v1/status")).Is(401);
        (await platform.SendAsync(HttpMethod.Get, "/admin/v1/status")).Is(403);
        (await viewer.SendAsync(HttpMethod.Get, "/admin/v1/status")).Is(200);
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/status")).Is(200);
        (await viewer.SendAsync(HttpMethod.Patch, "/admin/v1/pools/default", new JsonObject { ["hostname"] = "x" })).Is(403);
        (await viewer.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(403);
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/nothing")).Is(404);
        (await admin.SendAsync(HttpMethod.Delete, "/admin/v1/pools")).Is(405);
    }

    [Fact]
    public async Task Status_NamesGatewayDependenciesAndWorkers()
    {
        await using var run = await GatewayRun.StartAsync();
        using var viewer = new BrokerClient(run.Url, "watcher", "w");
        var components = (await viewer.SendAsync(HttpMethod.Get, "/admin/v1/status")).Is(200).Body["components"]!.AsArray();
        components.Select(component => (string?)component!["kind"]).Distinct().ShouldBe(["gateway", "dependency", "proxy"]);
        components.Where(component => (string?)component!["kind"] == "proxy").ShouldContain(component => (string?)component!["name"] == FakeWorker.Id && (string?)component["state"] == "up");
    }

    [Fact]
    public async Task Pool_IsChangedAtRunTime()
    {
        await using var run = await GatewayRun.StartAsync();
        using var admin = new BrokerClient(run.Url, "admin", "a");
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { port = 20500 }))).Is(201);
        var changed = (await admin.SendAsync(HttpMethod.Patch, "/admin/v1/pools/default", JsonNode.Parse("""{"port_range":{"first":20000,"last":20099},"hostname":"edge.example.com","quarantine_seconds":5}"""))).Is(200).Body;
        ((int)changed["port_range"]!["last"]!).ShouldBe(20099);
        changed["ports_outside_range"]!.ToJsonString().ShouldBe("[20500]");
        (await run.Broker.FetchAsync("x")).Is(200);
        (await run.Broker.ProvisionAsync("y", BrokerClient.ProvisionBody(new { port = 20501 }))).Is(400);
        await run.RestartAsync();
        using var again = new BrokerClient(run.Url, "admin", "a");
        var pool = (await again.SendAsync(HttpMethod.Get, "/admin/v1/pools/default")).Is(200).Body;
        ((string?)pool["hostname"]).ShouldBe("edge.example.com");
        ((int)pool["quarantine_seconds"]!).ShouldBe(5);
    }

    [Theory]
    [InlineData("""{"port_range":{"first":5,"last":1}}""")]
    [InlineData("""{"port_range":"1-5"}""")]
    [InlineData("""{"port_range":{"first":0,"last":70000}}""")]
    [InlineData("""{"host":""}""")]
    [InlineData("""{"host":5}""")]
    [InlineData("""{"nope":"x"}""")]
    [InlineData("""{"hostname":"with space"}""")]
    [InlineData("""{"quarantine_seconds":-1}""")]
    [InlineData("""{"quarantine_seconds":86401}""")]
    [InlineData("""{"quarantine_seconds":"60"}""")]
    [InlineData("""[]""")]
    [InlineData("""{"hostname":"a","hostname":"b"}""")]
    public async Task Pool_BadChange_Is400(string body)
    {
        await using var run = await GatewayRun.StartAsync();
        using var admin = new BrokerClient(run.Url, "admin", "a");
        (await admin.SendTextAsync(HttpMethod.Patch, "/admin/v1/pools/default", body, "application/json")).Is(400).Description.ShouldNotBeNullOrEmpty();
        (await admin.SendTextAsync(HttpMethod.Patch, "/admin/v1/pools/nope", """{"hostname":"a"}""", "application/json")).Is(404);
    }

    [Fact]
    public async Task Ports_AreListedFilteredPagedAndShown()
    {
        await using var run = await GatewayRun.StartAsync();
        using var admin = new BrokerClient(run.Url, "admin", "a");
        for (var number = 0; number < 5; number++)
        {
            (await run.Broker.ProvisionAsync($"i{number}", BrokerClient.ProvisionBody(new { port = 20000 + number, hold_seconds = number }))).Is(201);
        }

        (await run.Broker.BindAsync("i3", "b", BrokerClient.BindBody("app-9"))).Is(201);
        (await run.Broker.DeprovisionAsync("i4")).Is(200);
        await PortsAreAsync("", 20000, 20001, 20002, 20003, 20004);
        await PortsAreAsync("?state=active", 20000, 20001, 20002, 20003);
        await PortsAreAsync("?state=quarantined", 20004);
        await PortsAreAsync("?app=app-9", 20003);
        await PortsAreAsync("?instance=i1", 20001);
        await PortsAreAsync("?pool=second");
        await PortsAreAsync("?pool=default&limit=2&after=default/20000", 20001, 20002);
        ((string?)(await admin.SendAsync(HttpMethod.Get, "/admin/v1/ports?limit=2")).Body["next"]).ShouldBe("default/20001");
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/ports?limit=0")).Is(400);
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/ports?limit=x")).Is(400);
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/ports?state=odd")).Is(400);

        var port = (await admin.SendAsync(HttpMethod.Get, "/admin/v1/ports/default/20003")).Is(200).Body;
        ((int)port["policy"]!["hold_seconds"]!).ShouldBe(3);
        ((string?)port["apps"]![0]!["app_guid"]).ShouldBe("app-9");
        ((string?)port["workers"]![0]!["state"]).ShouldBe("listening");
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/ports/default/20999")).Is(404);

        async Task PortsAreAsync(string query, params int[] numbers)
            => (await admin.SendAsync(HttpMethod.Get, $"/admin/v1/ports{query}")).Is(200).Body["ports"]!.AsArray().Select(one => (int)one!["port"]!).ShouldBe(numbers, query);
    }

    [Fact]
    public async Task OperationsWorkersAndOpenApi_AreServed()
    {
        await using var run = await GatewayRun.StartAsync();
        using var admin = new BrokerClient(run.Url, "admin", "a");
        run.Edge.Stall("x");
        var operation = (await run.Broker.ProvisionAsync("x", incomplete: true)).Is(202).Operation;
        await Harbor.Testing.Eventually.TrueAsync(
            async () => (await admin.SendAsync(HttpMethod.Get, "/admin/v1/operations")).Is(200).Text.Contains(operation!, StringComparison.Ordinal), "the operation shows", cancellationToken: TestContext.Current.CancellationToken);
        (await admin.SendAsync(HttpMethod.Get, "/admin/v1/workers")).Is(200).Text.ShouldContain(FakeWorker.Id);
        (await admin.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Is(200).Text.ShouldContain("/admin/v1/pools/{pool}");
    }

    [Fact]
    public async Task Relisten_IsForPortsInUse()
    {
        await using var run = await GatewayRun.StartAsync();
        using var admin = new BrokerClient(run.Url, "admin", "a");
        (await run.Broker.ProvisionAsync("x", BrokerClient.ProvisionBody(new { port = 20000 }))).Is(201);
        (await admin.SendAsync(HttpMethod.Post, "/admin/v1/ports/default/20000/relisten")).Is(202);
        (await admin.SendAsync(HttpMethod.Post, "/admin/v1/ports/default/20001/relisten")).Is(404);
        await Harbor.Testing.Eventually.TrueAsync(() => run.Edge.ReceivedOf<RelistenPort>().Any(), "the workers are told", cancellationToken: TestContext.Current.CancellationToken);

        // So that it never hits who has the port next.
        var told = run.Edge.ReceivedOf<RelistenPort>().ShouldHaveSingleItem();
        (told.ServiceInstanceId, told.Life).ShouldBe(("x", (await run.PortsAsync()).Single().Life));
    }

    [Fact]
    public async Task Broker_ForAnOperator_IsOpenAndForAViewerNot()
    {
        await using var run = await GatewayRun.StartAsync();
        using var admin = new BrokerClient(run.Url, "admin", "a");
        using var watcher = new BrokerClient(run.Url, "watcher", "w");

        (await admin.ProvisionAsync("x")).Is(201);
        (await watcher.ProvisionAsync("y")).Status.ShouldBeOneOf(401, 403);
    }
}
