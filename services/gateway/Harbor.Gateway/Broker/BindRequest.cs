using System.Text.Json;
using Harbor.Gateway.Broker.Http;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>A bind as the platform sent it. A rotation may name the predecessor alone: the rest is then the predecessor's.</summary>
internal sealed record BindRequest
{
    public string? ServiceId { get; init; }

    public string? PlanId { get; init; }

    public string? AppGuid { get; init; }

    public string? PredecessorId { get; init; }

    public JsonElement? Parameters { get; init; }

    public static (BindRequest? Request, BrokerAnswer? Refusal) Read(JsonElement body)
    {
        var (predecessor, predecessorRefusal) = BrokerRequests.Optional(body, "predecessor_binding_id");
        var rotates = !string.IsNullOrEmpty(predecessor);
        var (service, serviceRefusal) = rotates ? BrokerRequests.Optional(body, "service_id") : BrokerRequests.Required(body, "service_id");
        var (plan, planRefusal) = rotates ? BrokerRequests.Optional(body, "plan_id") : BrokerRequests.Required(body, "plan_id");
        var (resource, resourceRefusal) = BrokerRequests.OptionalObject(body, "bind_resource");
        var (ofResource, ofResourceRefusal) = resource is { } given ? BrokerRequests.Optional(given, "app_guid") : (null, null);
        var (deprecated, deprecatedRefusal) = BrokerRequests.Optional(body, "app_guid");
        var (_, contextRefusal) = BrokerRequests.OptionalObject(body, "context");
        var refusal = predecessorRefusal ?? serviceRefusal ?? planRefusal ?? resourceRefusal ?? ofResourceRefusal ?? deprecatedRefusal ?? contextRefusal;
        return refusal is not null ? (null, refusal) : (new BindRequest
        {
            ServiceId = Given(service),
            PlanId = Given(plan),
            AppGuid = Given(ofResource) ?? Given(deprecated),
            PredecessorId = Given(predecessor),
            Parameters = body.TryGetProperty("parameters", out var parameters) ? parameters : null,
        }, null);
    }

    /// <summary>With what it leaves to its predecessor.</summary>
    public BindRequest Over(BindingDocument predecessor) => this with
    {
        ServiceId = ServiceId ?? predecessor.ServiceId,
        PlanId = PlanId ?? predecessor.PlanId,
        AppGuid = AppGuid ?? predecessor.AppGuid,
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
