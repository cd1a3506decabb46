using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Harbor.Gateway.Tests.CloudController;
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
        offering["plans"]!.AsArray().Count.ShouldBe(4);
    }

    [Fact]
    public async Task C019_C020_C021_Plans_AreUniqueAndWhole()
    {
        var plans = (await OfferingAsync())["plans"]!.AsArray();
        plans.Select(plan => (string?)plan!["id"]).Append(BrokerClient.ServiceId).ShouldBeUnique();
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
        foreach (var plan in offering["plans"]!.AsArray().Select(plan => plan!.AsObject()))
        {
            foreach (var flag in new[] { "free", "bindable", "plan_updateable", "binding_rotatable" })
            {
                plan[flag]!.GetValueKind().ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
            }

            plan["maximum_polling_duration"]!.ToJsonString().ShouldBe("600");
        }

        offering.Concat(offering["plans"]!.AsArray().SelectMany(plan => plan!.AsObject())).Select(property => property.Key).Distinct().Order().ShouldBe(
        [
            "allow_context_updates", "bindable", "binding_rotatable", "bindings_retrievable", "description", "free", "id", "instances_retrievable", "maintenance_info", "maximum_polling_duration",
            "metadata", "name", "plan_updateable", "plans", "schemas", "tags",
        ]);
        ((bool)Plan(offering, GatewayRun.SecondPlan)["free"]!).ShouldBeFalse();
        ((bool)Plan(offering, GatewayRun.SecondPlan)["bindable"]!).ShouldBeTrue();
        ((bool)Plan(offering, GatewayRun.SecondPlan)["plan_updateable"]!).ShouldBeFalse();
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
                (await DraftFour.FaultsOfAsync(schema)).ShouldBeEmpty();
            }

            // Exactly what contracts name, and of an update what can change.
            Names(schemas["service_instance"]!["create"]!).ShouldBe(
            [
                "allow", "balance", "connect_timeout_ms", "connection_rate_per_source", "deny", "hold_seconds", "idle_timeout_seconds", "max_connections", "max_connections_per_source", "port", "protocol",
                "proxy_protocol",
            ]);
            Names(schemas["service_instance"]!["update"]!).ShouldBe(Names(schemas["service_instance"]!["create"]!).Where(name => name is not ("port" or "protocol")));
            Names(schemas["service_binding"]!["create"]!).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task C026_MaintenanceInfo_IsSemanticAndNothingElse()
    {
        var offering = await OfferingAsync();
        Plan(offering, GatewayRun.SecondPlan)["maintenance_info"]!.ToJsonString().ShouldBe("""{"version":"2.1.0"}""");
        Plan(offering, BrokerClient.PlanId).ContainsKey("maintenance_info").ShouldBeFalse();

        await using var run = await GatewayRun.StartAsync(new Dictionary<string, string?> { ["Harbor:Gateway:Plans:0:MaintenanceDescription"] = "Connections are cut once." });
        var described = (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200).Body["services"]![0]!.AsObject();
        Plan(described, GatewayRun.SecondPlan)["maintenance_info"]!.ToJsonString().ShouldBe("""{"version":"2.1.0","description":"Connections are cut once."}""");
    }

    [Fact]
    public async Task C027_Strings_AreShort()
    {
        var offering = await OfferingAsync();
        var texts = Texts(offering).ToList();
        texts.Count.ShouldBeGreaterThan(100);
        texts.ShouldAllBe(text => text.Length > 0 && text.Length <= 255);
        offering["metadata"]!.AsObject().Select(property => property.Key).Except(["displayName", "imageUrl", "longDescription", "providerDisplayName", "documentationUrl", "supportUrl", "shareable"]).ShouldBeEmpty();
        offering["plans"]!.AsArray().SelectMany(plan => plan!["metadata"]!.AsObject()).Select(property => property.Key).Except(["bullets", "costs", "displayName"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task C028_EqualTag_Is304()
    {
        var first = (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200);
        var tag = first.Headers.ETag!.ToString();
        first.Headers.ETag!.IsWeak.ShouldBeFalse();
        foreach (var equal in new[] { tag, $"W/{tag}", $"\"other\", W/{tag}", $"{tag},\"other\"", "*" })
        {
            var answer = (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", equal))).Is(304);
            answer.Text.ShouldBeEmpty();
            answer.Headers.ETag!.ToString().ShouldBe(tag);
        }

        foreach (var other in new[] { "\"other\"", "W/\"other\"", tag.Trim('"'), $"\"{tag.Trim('"')}x\"", "" })
        {
            (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", other))).Is(200).Text.ShouldBe(first.Text);
        }

        (await Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", "\"other\""), ("If-None-Match", tag))).Is(304);
    }

    [Fact]
    public async Task C028_OtherCatalog_HasAnotherTag()
    {
        await using var run = await GatewayRun.StartAsync();
        var before = (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog")).Is(200).Headers.ETag!.ToString();
        await run.RestartAsync();
        (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", before))).Is(304);
        run.Set("Harbor:Gateway:Plans:0:Description", "Changed");
        await run.RestartAsync();
        (await run.Broker.SendAsync(HttpMethod.Get, "/v2/catalog", null, ("If-None-Match", before))).Is(200).Text.ShouldContain("Changed");
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

    private static IEnumerable<string> Names(JsonNode schema) => schema["parameters"]!["properties"]!.AsObject().Select(property => property.Key).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(property => Texts(property.Value)),
        JsonArray many => many.SelectMany(Texts),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [(string)value!],
        _ => [],
    };

    private static JsonObject Plan(JsonObject offering, string id) => offering["plans"]!.AsArray().Single(plan => (string?)plan!["id"] == id)!.AsObject();

    [GeneratedRegex("^[A-Za-z0-9.-]+$")]
    private static partial Regex FriendlyName();
}
