using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Harbor.Gateway.Tests.CloudController;

/// <summary>C3: what Cloud Controller demands of a catalog. One fault, and it refuses the whole.</summary>
internal static partial class StrictCatalog
{
    public static async Task<List<string>> FaultsOfAsync(JsonObject catalog)
    {
        List<string> faults = [];
        var services = Objects(catalog["services"]);
        Demand(services.Count > 0, "no offering");
        var plans = services.SelectMany(service => Objects(service["plans"])).ToList();
        Demand(IsUnique(services, "id") && IsUnique(services, "name"), "offerings' ids and names must be unique");
        Demand(IsUnique(plans, "id"), "plans' ids must be unique");
        foreach (var service in services)
        {
            OfBoth(service);
            Demand(IsFlag(service, "bindable", isRequired: true), "bindable");
            foreach (var flag in new[] { "plan_updateable", "instances_retrievable", "bindings_retrievable", "allow_context_updates" })
            {
                Demand(IsFlag(service, flag, isRequired: false), flag);
            }

            Demand(!service.ContainsKey("tags") || (AreTexts(service["tags"]) && service["tags"]!.AsArray().Sum(tag => ((string)tag!).Length) <= 2048), "tags");
            Demand(
                !service.ContainsKey("requires") || (AreTexts(service["requires"]) && service["requires"]!.AsArray().All(word => (string?)word is "syslog_drain" or "route_forwarding" or "volume_mount")),
                "requires");
            Demand(service["metadata"] is not JsonObject metadata || IsFlag(metadata, "shareable", isRequired: false), "metadata.shareable");
            Demand(
                !service.TryGetPropertyValue("dashboard_client", out var client) || (client is JsonObject given && new[] { "id", "secret", "redirect_uri" }.All(name => IsText(given, name))), "dashboard_client");
            var own = Objects(service["plans"]);
            Demand(own.Count > 0, "no plan");
            Demand(IsUnique(own, "name"), "plans' names must be unique in their offering");
            foreach (var plan in own)
            {
                await OfPlanAsync(plan);
            }
        }

        return faults;

        void Demand(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }

        void OfBoth(JsonObject one)
        {
            Demand(IsText(one, "id") && IsText(one, "name"), "id and name");
            Demand(IsText(one, "description") && ((string)one["description"]!).Length <= 10_000, "description");
            Demand(!one.ContainsKey("metadata") || one["metadata"] is JsonObject, "metadata");
        }

        async Task OfPlanAsync(JsonObject plan)
        {
            OfBoth(plan);
            foreach (var flag in new[] { "free", "bindable", "plan_updateable" })
            {
                Demand(IsFlag(plan, flag, isRequired: false), flag);
            }

            Demand(!plan.TryGetPropertyValue("maximum_polling_duration", out var duration) || (duration?.GetValueKind() == JsonValueKind.Number && duration.ToJsonString().All(char.IsAsciiDigit)), "maximum_polling_duration");
            if (plan.TryGetPropertyValue("maintenance_info", out var maintenance))
            {
                Demand(maintenance is JsonObject info && IsText(info, "version") && SemVer().IsMatch((string)info["version"]!), "maintenance_info.version");
                Demand(maintenance is JsonObject other && other.All(property => property.Key == "version" || (property.Key == "description" && IsText(other, "description"))), "maintenance_info");
                Demand(maintenance?.ToJsonString().Length <= 2_000, "maintenance_info is too long");
            }

            foreach (var schema in plan["schemas"] is JsonObject all ? all.SelectMany(kind => kind.Value!.AsObject()).Select(method => method.Value!["parameters"]!) : [])
            {
                Demand(schema.ToJsonString().Length <= 65_536, "schema is too long");
                Demand((string?)schema["$schema"] == "http://json-schema.org/draft-04/schema#", "$schema");
                Demand(!References(schema).Any(reference => !reference.StartsWith('#')), "schema refers to elsewhere");
                faults.AddRange(await DraftFour.FaultsOfAsync(schema));
            }
        }
    }

    private static List<JsonObject> Objects(JsonNode? node) => node is JsonArray many ? [.. many.OfType<JsonObject>()] : [];

    private static bool IsUnique(IEnumerable<JsonObject> all, string name) => all.CountBy(one => one[name]?.ToJsonString() ?? "").All(count => count.Value == 1);

    private static bool IsText(JsonObject one, string name) => one[name]?.GetValueKind() == JsonValueKind.String && ((string)one[name]!).Length > 0;

    private static bool IsFlag(JsonObject one, string name, bool isRequired)
        => one.TryGetPropertyValue(name, out var value) ? value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False : !isRequired;

    private static bool AreTexts(JsonNode? node) => node is JsonArray many && many.All(one => one?.GetValueKind() == JsonValueKind.String);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(property => property.Key == "$ref" ? [property.Value!.ToString()] : References(property.Value)),
        JsonArray many => many.SelectMany(References),
        _ => [],
    };

    /// <summary>The expression that semver.org gives.</summary>
    [GeneratedRegex(@"\A(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?\z")]
    private static partial Regex SemVer();
}
