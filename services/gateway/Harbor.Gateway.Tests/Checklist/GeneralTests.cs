using System.Text;
using System.Text.Json.Nodes;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed class GeneralTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    public static TheoryData<string, string> Routes => new()
    {
        { "GET", "/v2/catalog" },
        { "PUT", "/v2/service_instances/x" },
        { "GET", "/v2/service_instances/x" },
        { "PATCH", "/v2/service_instances/x" },
        { "DELETE", "/v2/service_instances/x" },
        { "GET", "/v2/service_instances/x/last_operation" },
        { "PUT", "/v2/service_instances/x/service_bindings/y" },
        { "GET", "/v2/service_instances/x/service_bindings/y" },
        { "DELETE", "/v2/service_instances/x/service_bindings/y" },
        { "GET", "/v2/service_instances/x/service_bindings/y/last_operation" },
        { "GET", "/v2/nothing_of_this_name" },
    };

    [Theory]
    [InlineData("2.0")]
    [InlineData("2.13")]
    [InlineData("2.15")]
    [InlineData("2.17")]
    [InlineData("2.18")]
    public async Task C001_MinorVersion_IsServed(string version)
    {
        using var client = new BrokerClient(Run.Url, "platform", GatewayRun.Password, version);
        (await client.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task C002_OtherMajor_Is412OnEveryRoute(string method, string path)
    {
        foreach (var version in new[] { "1.9", "3.0" })
        {
            using var client = new BrokerClient(Run.Url, "platform", GatewayRun.Password, version);
            (await client.SendAsync(new HttpMethod(method), path)).IsError(412).Description!.ShouldContain("2.17");
        }
    }

    [Fact]
    public async Task C002_MinorBelowWhatTheBrokerNeeds_Is412OnEveryRoute()
    {
        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:LowestMinorVersion"] = "15" });
        using var old = new BrokerClient(run.Url, "platform", GatewayRun.Password, "2.14");
        foreach (var (method, path) in Routes.Select(route => route.Data))
        {
            (await old.SendAsync(new HttpMethod(method), path)).IsError(412).Description!.ShouldContain("2.15");
        }

        foreach (var version in new[] { "2.15", "2.18" })
        {
            using var client = new BrokerClient(run.Url, "platform", GatewayRun.Password, version);
            (await client.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task C003_MissingVersion_Is400OnEveryRoute(string method, string path)
    {
        using var client = new BrokerClient(Run.Url, "platform", GatewayRun.Password, version: null);
        (await client.SendAsync(new HttpMethod(method), path)).IsError(400);
    }

    [Fact]
    public async Task C003_MissingVersion_IsWhatTheSettingSays()
    {
        await using var other = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Broker:MissingVersionStatus"] = "412" });
        using var client = new BrokerClient(other.Url, "platform", GatewayRun.Password, version: null);
        (await client.SendAsync(HttpMethod.Get, "/v2/catalog")).IsError(412);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("2")]
    [InlineData("2.")]
    [InlineData("2.x")]
    [InlineData("99999999999999999999.1")]
    public async Task C004_MalformedVersion_Is400(string version)
    {
        using var client = new BrokerClient(Run.Url, "platform", GatewayRun.Password, version);
        (await client.SendAsync(HttpMethod.Get, "/v2/catalog")).IsError(400);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task C005_BadCredentials_Are401AndChangeNothing(string method, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Run.Url) };
        foreach (var authorization in new[] { null, "Basic", "Basic %%%", "Bearer abc", Basic("platform", "wrong"), Basic("nobody", GatewayRun.Password), Basic("platform", ""), "Basic bm9jb2xvbg==" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add("X-Broker-API-Version", "2.17");
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var answer = await Answer.ReadAsync(response);
            answer.IsError(401);
            response.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Basic");
        }

        (await StoredAsync("x")).ShouldBeNull();
    }

    [Fact]
    public async Task C006_CredentialsAndVersion_ComeBeforeTheBody()
    {
        using var stranger = new BrokerClient(Run.Url, "platform", "wrong");
        (await stranger.SendTextAsync(HttpMethod.Put, "/v2/service_instances/x", null, null)).IsError(401);
        using var old = new BrokerClient(Run.Url, "platform", GatewayRun.Password, "1.0");
        (await old.SendTextAsync(HttpMethod.Put, "/v2/service_instances/x", null, null)).IsError(412);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cloudfoundry")]
    [InlineData("cloudfoundry not-base64!")]
    [InlineData("cloudfoundry bm9qc29u")]
    [InlineData("kubernetes WzFd")]
    [InlineData("kubernetes eyJ1c2VybmFtZSI6ImR1a2UiLCJ1aWQiOiJjMmRkZSJ9")]
    public async Task C007_C008_OriginatingIdentity_MayBeAbsentOrBroken(string? identity)
    {
        (string, string)[] headers = identity is null ? [] : [("X-Broker-API-Originating-Identity", identity)];
        (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, headers)).Is(200);
        (await Broker.SendAsync(HttpMethod.Put, BrokerClient.Instance(NewId()), BrokerClient.ProvisionBody(), headers)).Is(201);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task C009_RequestIdentity_IsReturned(string method, string path)
    {
        var answer = await Broker.SendAsync(new HttpMethod(method), path, null, ("X-Broker-API-Request-Identity", "26969837-6b8b-4c0a-a1c0-c4d2c1b4b2e1"));
        answer.Headers.GetValues("X-Broker-API-Request-Identity").ShouldBe(["26969837-6b8b-4c0a-a1c0-c4d2c1b4b2e1"]);
        using var stranger = new BrokerClient(Run.Url, "platform", "wrong");
        (await stranger.SendAsync(new HttpMethod(method), path, null, ("X-Broker-API-Request-Identity", "again")))
            .Headers.GetValues("X-Broker-API-Request-Identity").ShouldBe(["again"]);
    }

    [Fact]
    public async Task C010_UnknownFields_AreIgnored()
    {
        var id = NewId();
        var body = BrokerClient.ProvisionBody();
        body["nobody_knows"] = new JsonObject { ["deep"] = new JsonArray(1, 2) };
        body["context"] = new JsonObject { ["platform"] = "cloudfoundry", ["new_thing"] = 1 };
        (await Broker.ProvisionAsync(id, body)).Is(201);
        var bind = BrokerClient.BindBody();
        bind["bind_resource"]!["backup_agent"] = true;
        bind["what"] = "ever";
        (await Broker.BindAsync(id, NewId(), bind)).Is(201);
        var update = BrokerClient.UpdateBody(new { hold_seconds = 1 });
        update["previous_values"] = new JsonObject { ["strange"] = new JsonArray() };
        (await Broker.UpdateAsync(id, update)).Is(200);
    }

    [Fact]
    public async Task C011_EveryAnswer_IsApplicationJson()
    {
        var id = await ProvisionedAsync();
        Answer[] answers =
        [
            await Broker.SendAsync(HttpMethod.Get, "/v2/catalog"), await Broker.FetchAsync(id), await Broker.FetchAsync("unknown"), await Broker.ProvisionAsync(NewId(), new JsonObject()),
            await Broker.DeprovisionAsync("unknown"), await Broker.LastOperationAsync(id), await Broker.SendAsync(HttpMethod.Post, "/v2/catalog"), await Broker.SendAsync(HttpMethod.Get, "/v2/x"),
        ];
        answers.ShouldAllBe(answer => answer.ContentType == "application/json" && answer.Text.StartsWith('{'));
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("{", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("\"text\"", "application/json")]
    [InlineData("{\"service_id\":\"a\",\"service_id\":\"b\"}", "application/json")]
    [InlineData("{\"service_id\":\"\\ud800\"}", "application/json")]
    [InlineData("{}", "text/plain")]
    [InlineData("<a/>", "application/xml")]
    public async Task C012_BodyThatIsNoJsonObject_Is400(string body, string contentType)
    {
        (await Broker.SendTextAsync(HttpMethod.Put, "/v2/service_instances/c12", body, contentType)).IsError(400);
        (await Broker.SendTextAsync(HttpMethod.Patch, "/v2/service_instances/c12", body, contentType)).IsError(400);
        (await Broker.SendTextAsync(HttpMethod.Put, "/v2/service_instances/c12/service_bindings/b", body, contentType)).IsError(400);
        (await StoredAsync("c12")).ShouldBeNull();
    }

    [Fact]
    public async Task C012_MissingContentType_IsProcessed()
        => (await Broker.SendTextAsync(HttpMethod.Put, BrokerClient.Instance(NewId()), BrokerClient.ProvisionBody().ToJsonString(), null)).Is(201);

    [Fact]
    public async Task C012_DeepJson_Is400()
        => (await Broker.SendTextAsync(
            HttpMethod.Put, BrokerClient.Instance(NewId()), string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000), "application/json")).IsError(400);

    [Fact]
    public async Task C012_BodyOverOneMebibyte_IsRefused()
    {
        var body = BrokerClient.ProvisionBody();
        body["context"] = new JsonObject { ["padding"] = new string('x', 1024 * 1024) };
        (await Broker.ProvisionAsync(NewId(), body)).IsError(413);
    }

    [Fact]
    public async Task C013_C014_ErrorCodes_AreThoseOfTheApiAndAlways422()
    {
        (await Broker.ProvisionAsync(NewId(), BrokerClient.ProvisionBody(planId: GatewayRun.AsyncPlan))).IsError(422, "AsyncRequired").Body.Count.ShouldBe(2);
        var (id, _) = await ProvisioningAsync();
        (await Broker.BindAsync(id, NewId())).IsError(422, "ConcurrencyError").Body.Count.ShouldBe(2);
        var body = BrokerClient.ProvisionBody();
        body["maintenance_info"] = new JsonObject { ["version"] = "9.9.9" };
        (await Broker.ProvisionAsync(NewId(), body)).IsError(422, "MaintenanceInfoConflict").Body.Count.ShouldBe(2);
        (await EndAsync(id)).ShouldBe("succeeded");
    }

    [Fact]
    public async Task C015_Refusal_LeavesTheInstanceAsItWas()
    {
        var id = await ProvisionedAsync(new { hold_seconds = 2 });
        var before = await StoredAsync(id);
        (await Broker.ProvisionAsync(id, BrokerClient.ProvisionBody(new { hold_seconds = 3 }))).IsError(409);
        (await Broker.UpdateAsync(id, BrokerClient.UpdateBody(new { hold_seconds = 99 }))).IsError(400);
        (await Broker.BindAsync(id, NewId(), BrokerClient.BindBody(planId: "nope"))).IsError(400);
        (await Broker.SendAsync(HttpMethod.Delete, BrokerClient.Instance(id))).IsError(400);
        (await StoredAsync(id))!.Version.ShouldBe(before!.Version);
    }

    [Theory]
    [InlineData("a.b_c~d")]
    [InlineData("with space")]
    [InlineData("with/slash")]
    [InlineData("with%2Fescape")]
    [InlineData("ümläut-日本")]
    [InlineData("quote\"and'more&x=1")]
    public async Task C016_Ids_RoundTrip(string text)
    {
        var (id, binding) = ($"{text}-{NewId()}", $"{text}-{NewId()}");
        (await Broker.ProvisionAsync(id)).Is(201);
        ((string?)(await Broker.BindAsync(id, binding)).Is(201).Body["credentials"]!["name"]).ShouldBe(id);
        (await StoredBindingAsync(binding))!.ServiceInstanceId.ShouldBe(id);
        (await Broker.UnbindAsync(id, binding)).Is(200);
        (await Broker.DeprovisionAsync(id)).Is(200);
    }

    [Fact]
    public async Task C016_IdOver255Characters_Is400()
    {
        (await Broker.ProvisionAsync(new string('i', 255))).Is(201);
        (await Broker.ProvisionAsync(new string('i', 256))).IsError(400);
        (await Broker.FetchAsync(new string('i', 256))).IsError(400);
        (await Broker.BindAsync(new string('i', 255), new string('b', 256))).IsError(400);
        (await Broker.DeprovisionAsync(new string('i', 255))).Is(200);
    }

    private static string Basic(string user, string password) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";
}
