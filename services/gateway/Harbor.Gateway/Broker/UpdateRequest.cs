using System.Text.Json;
using Harbor.Gateway.Broker.Http;

namespace Harbor.Gateway.Broker;

/// <summary>An update as the platform sent it: what is absent stays as it is. <c>previous_values</c> say nothing that is not known here.</summary>
internal sealed record UpdateRequest
{
    public required string ServiceId { get; init; }

    public string? PlanId { get; init; }

    public JsonElement? Parameters { get; init; }

    public JsonElement? Context { get; init; }

    public string? MaintenanceVersion { get; init; }

    public static (UpdateRequest? Request, BrokerAnswer? Refusal) Read(JsonElement body)
    {
        var (service, serviceRefusal) = BrokerRequests.Required(body, "service_id");
        var (plan, planRefusal) = BrokerRequests.Optional(body, "plan_id");
        var (context, contextRefusal) = BrokerRequests.OptionalObject(body, "context");
        var (maintenance, maintenanceRefusal) = BrokerRequests.MaintenanceVersion(body);
        var refusal = serviceRefusal ?? planRefusal ?? contextRefusal ?? maintenanceRefusal;
        return refusal is not null ? (null, refusal) : (new UpdateRequest
        {
            ServiceId = service,
            PlanId = plan,
            Parameters = body.TryGetProperty("parameters", out var parameters) ? parameters : null,
            Context = context,
            MaintenanceVersion = maintenance,
        }, null);
    }
}
