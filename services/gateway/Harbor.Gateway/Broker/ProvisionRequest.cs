using System.Text.Json;
using Harbor.Gateway.Broker.Http;

namespace Harbor.Gateway.Broker;

/// <summary>A provision as the platform sent it, with what must be there.</summary>
internal sealed record ProvisionRequest
{
    public required string ServiceId { get; init; }

    public required string PlanId { get; init; }

    public required string OrganizationGuid { get; init; }

    public required string SpaceGuid { get; init; }

    public JsonElement? Parameters { get; init; }

    public JsonElement? Context { get; init; }

    public string? MaintenanceVersion { get; init; }

    public string? InstanceName
        => Context is { } context && context.TryGetProperty("instance_name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;

    public static (ProvisionRequest? Request, BrokerAnswer? Refusal) Read(JsonElement body)
    {
        var (context, contextRefusal) = BrokerRequests.OptionalObject(body, "context");
        var (service, serviceRefusal) = BrokerRequests.Required(body, "service_id");
        var (plan, planRefusal) = BrokerRequests.Required(body, "plan_id");
        var (organization, organizationRefusal) = Guid(body, context, "organization_guid");
        var (space, spaceRefusal) = Guid(body, context, "space_guid");
        var (maintenance, maintenanceRefusal) = BrokerRequests.MaintenanceVersion(body);
        var refusal = serviceRefusal ?? planRefusal ?? organizationRefusal ?? spaceRefusal ?? contextRefusal ?? maintenanceRefusal;
        return refusal is not null ? (null, refusal) : (new ProvisionRequest
        {
            ServiceId = service,
            PlanId = plan,
            OrganizationGuid = organization,
            SpaceGuid = space,
            Parameters = body.TryGetProperty("parameters", out var parameters) ? parameters : null,
            Context = context,
            MaintenanceVersion = maintenance,
        }, null);
    }

    /// <summary>The deprecated field of the body, or the one of the context.</summary>
    private static (string Value, BrokerAnswer? Refusal) Guid(JsonElement body, JsonElement? context, string name)
        => body.TryGetProperty(name, out _) || context is not { } elsewhere ? BrokerRequests.Required(body, name) : BrokerRequests.Required(elsewhere, name);
}
