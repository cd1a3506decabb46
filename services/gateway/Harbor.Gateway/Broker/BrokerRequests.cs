using System.Text.Json;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;

namespace Harbor.Gateway.Broker;

/// <summary>What the endpoints read of requests, in the one order of checks that the API's checkers agree on.</summary>
internal static class BrokerRequests
{
    public static bool AcceptsIncomplete(HttpContext context)
        => string.Equals(context.Request.Query["accepts_incomplete"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The ids of the path; the refusal where one cannot be used.</summary>
    public static (string Instance, string Binding, BrokerAnswer? Refusal) Ids(HttpContext context)
    {
        var segments = RawPath.Segments(context);
        var instance = segments.ElementAtOrDefault(2) ?? "";
        var isBinding = context.Request.RouteValues.ContainsKey("binding");
        var binding = (isBinding ? segments.ElementAtOrDefault(4) : null) ?? "";
        var fault = BrokerIds.FaultOf("The service instance's id", instance) ?? (isBinding ? BrokerIds.FaultOf("The binding's id", binding) : null);
        return (instance, binding, fault is null ? null : BrokerAnswer.BadRequest(fault));
    }

    /// <summary>A text of the body that must be there.</summary>
    public static (string Value, BrokerAnswer? Refusal) Required(JsonElement body, string name)
    {
        var (value, refusal) = Optional(body, name);
        return refusal is not null ? ("", refusal)
            : string.IsNullOrEmpty(value) ? ("", BrokerAnswer.BadRequest($"{name} is missing or empty."))
            : (value, null);
    }

    /// <summary>A text of the body; null where it is absent.</summary>
    public static (string? Value, BrokerAnswer? Refusal) Optional(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return (null, null);
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return (null, BrokerAnswer.BadRequest($"{name} must be a text."));
        }

        var text = value.GetString()!;
        return text.Length > 0 && BrokerIds.FaultOf(name, text) is { } fault ? (null, BrokerAnswer.BadRequest(fault)) : (text, null);
    }

    /// <summary>An object of the body; null where it is absent.</summary>
    public static (JsonElement? Value, BrokerAnswer? Refusal) OptionalObject(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return (null, null);
        }

        return value.ValueKind == JsonValueKind.Object ? (value, null) : (null, BrokerAnswer.BadRequest($"{name} must be an object."));
    }

    /// <summary>The <c>version</c> of <c>maintenance_info</c>; null where it is absent. Its other fields are nothing to the broker.</summary>
    public static (string? Version, BrokerAnswer? Refusal) MaintenanceVersion(JsonElement body)
    {
        var (info, refusal) = OptionalObject(body, "maintenance_info");
        return info is { } given ? Optional(given, "version") : (null, refusal);
    }

    /// <summary>The refusal where the version is not the plan's; nothing to say where none was sent.</summary>
    public static BrokerAnswer? MaintenanceConflict(string? version, PlanOptions plan)
        => version is null || version == plan.MaintenanceVersion ? null
            : BrokerAnswer.MaintenanceInfoConflict(
                plan.MaintenanceVersion is { } current
                    ? $"maintenance_info.version is not the catalog's, {current}: fetch the catalog again."
                    : "The plan has no maintenance_info: fetch the catalog again.");
}
