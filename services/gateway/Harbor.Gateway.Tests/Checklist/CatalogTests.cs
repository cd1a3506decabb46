using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Harbor.Gateway.Tests.Running;

namespace Harbor.Gateway.Tests.Checklist;

public sealed partial class CatalogTests(SharedGateway gateway) : ChecklistTests(gateway)
{
    [Fact]
    public async Task C017_C018_Catalog_HoldsOneWholeOffering()
    {
        var offering = await OfferingAsync();
        ((string?)offering["id"]).ShouldBe("1f0d3a52-6b7e-4a44-9d7b-8b3c6f1e2a90");
        ((string?)offering["name"]).ShouldBe("harbor");
        ((string?)offering["description"]).ShouldBe("External port mapping service");
        ((bool)offering["bindable"]!).ShouldBeTrue();
        offering["tags"]!.AsArray().Select(tag => (string?)tag).ShouldBe(["harbor", "harbor-1.0", "Persistent external ports service", "tcp", "udp"]);
    }

    [Fact]
    public async Task C019_C020_C021_Plans_AreUniqueAndWhole()
    {
        var plans = (await OfferingAsync())["plans"]!.AsArray();
        plans.Select(plan => (string?)plan!["id"]).ShouldBeUnique();
        plans.Select(plan => (string?)plan!["name"]).ShouldBeUnique();
        plans.ShouldAllBe(plan => ((string?)plan!["id"])!.Length > 0 && ((string?)plan["description"])!.Length > 0 && FriendlyName().IsMatch((string)plan["name"]!));
        var first = plans[0]!;
        ((string?)first["id"]).ShouldBe("c4c6d7d8-0a43-4a39-8f5e-52ab4cb3d6b1");
        ((string?)first["name"]).ShouldBe("free");
        ((bool)first["free"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task C020_Catalog_IsTheSameAfterARestart()
    {
        await using var run = await GatewayRun.StartAsync();
        var before = (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200).Text;
        await run.RestartAsync();
        (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200).Text.ShouldBe(before);
    }

    [Fact]
    public async Task C022_Requires_IsAbsent() => (await OfferingAsync()).ContainsKey("requires").ShouldBeFalse();

    [Fact]
    public async Task C023_C024_Flags_HaveTheirTypes()
    {
        var offering = await OfferingAsync();
        ((bool)offering["instances_retrievable"]!).ShouldBeTrue();
        ((bool)offering["bindings_retrievable"]!).ShouldBeTrue();
        ((bool)offering["allow_context_updates"]!).ShouldBeTrue();
        ((bool)offering["plan_updateable"]!).ShouldBeFalse();
        foreach (var plan in offering["plans"]!.AsArray())
        {
            plan!["free"]!.GetValueKind().ShouldBeOneOf(System.Text.Json.JsonValueKind.True, System.Text.Json.JsonValueKind.False);
            ((int)plan["maximum_polling_duration"]!).ShouldBeGreaterThan(0);
        }

        ((bool)Plan(offering, GatewayRun.PlainPlan)["bindable"]!).ShouldBeFalse();
        ((bool)Plan(offering, GatewayRun.PlainPlan)["binding_rotatable"]!).ShouldBeFalse();
        ((bool)Plan(offering, BrokerClient.PlanId)["binding_rotatable"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task C025_Schemas_AreSmallDraft04WithoutReferences()
    {
        foreach (var plan in (await OfferingAsync())["plans"]!.AsArray())
        {
            var schemas = plan!["schemas"]!;
            foreach (var schema in new[] { schemas["service_instance"]!["create"], schemas["service_instance"]!["update"], schemas["service_binding"]!["create"] }.Select(one => one!["parameters"]!))
            {
                ((string?)schema["$schema"]).ShouldBe("http://json-schema.org/draft-04/schema#");
                schema.ToJsonString().Length.ShouldBeLessThan(65_536);
                schema.ToJsonString().ShouldNotContain("$ref");
            }
        }
    }

    [Fact]
    public async Task C026_MaintenanceInfo_IsSemanticAndNothingElse()
    {
        var offering = await OfferingAsync();
        Plan(offering, GatewayRun.SecondPlan)["maintenance_info"]!.ToJsonString().ShouldBe("""{"version":"2.1.0"}""");
        Plan(offering, BrokerClient.PlanId).ContainsKey("maintenance_info").ShouldBeFalse();
    }

    [Fact]
    public async Task C027_Strings_AreShort()
    {
        var offering = await OfferingAsync();
        foreach (var text in new[] { offering }.Concat(offering["plans"]!.AsArray().Select(plan => plan!.AsObject())).SelectMany(one => one)
            .Where(property => property.Value is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String))
        {
            ((string)text.Value!).Length.ShouldBeLessThanOrEqualTo(255);
        }
    }

    [Fact]
    public async Task C028_EqualTag_Is304()
    {
        var first = (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);
        var tag = first.Headers.ETag!.ToString();
        (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", tag))).Is(304).Text.ShouldBeEmpty();
        (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", $"\"other\", W/{tag}"))).Is(304);
        (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", "\"other\""))).Is(200);
    }

    [Fact]
    public async Task C028_ModifiedSince_Is304OnlyWhereNothingChanged()
    {
        var first = await Broker.Http.GetAsync(new Uri("/v2/catalog", UriKind.Relative), TestContext.Current.CancellationToken);
        var modified = first.Content.Headers.LastModified.ShouldNotBeNull();
        var tag = first.Headers.ETag!.ToString();
        (await SinceAsync(modified)).Is(304).Text.ShouldBeEmpty();
        (await SinceAsync(modified.AddSeconds(-1))).Is(200).Body.ContainsKey("services").ShouldBeTrue();
        (await SinceAsync(modified.AddYears(100))).Is(200);
        (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-Modified-Since", "yesterday"))).Is(200);

        // Where there are tags, they decide.
        (await SinceAsync(modified, ("If-None-Match", "\"other\""))).Is(200);
        (await SinceAsync(modified.AddSeconds(-1), ("If-None-Match", tag))).Is(304);
    }

    [Fact]
    public async Task C029_DashboardClient_IsAbsent() => (await OfferingAsync()).ContainsKey("dashboard_client").ShouldBeFalse();

    private Task<Answer> SinceAsync(DateTimeOffset date, params (string Name, string Value)[] headers)
        => Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, [("If-Modified-Since", date.ToString("R", System.Globalization.CultureInfo.InvariantCulture)), .. headers]);

    private async Task<JsonObject> OfferingAsync()
        => (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200).Body["services"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

    private static JsonObject Plan(JsonObject offering, string id) => offering["plans"]!.AsArray().Single(plan => (string?)plan!["id"] == id)!.AsObject();

    [GeneratedRegex("^[A-Za-z0-9.-]+$")]
    private static partial Regex FriendlyName();
}
