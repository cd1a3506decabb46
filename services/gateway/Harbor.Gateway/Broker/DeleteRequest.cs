using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;

namespace Harbor.Gateway.Broker;

/// <summary>A DELETE, of an instance or of a binding.</summary>
internal sealed record DeleteRequest
{
    public required string InstanceId { get; init; }

    /// <summary>Empty where the instance is meant.</summary>
    public required string BindingId { get; init; }

    public required string ServiceId { get; init; }

    public required string PlanId { get; init; }

    public required bool Asynchronous { get; init; }

    /// <summary>Why the catalog does not know the plan: which is still good for the deletion of what was made with it, and of that alone.</summary>
    public BrokerAnswer? UnknownPlan { get; private init; }

    /// <summary>Null, and why, where it cannot be used.</summary>
    public static (DeleteRequest? Request, BrokerAnswer? Refusal) Read(HttpContext context, PlanCatalog catalog)
    {
        var (instance, binding, badId) = BrokerRequests.Ids(context);
        var (service, plan) = ((string?)context.Request.Query["service_id"] ?? "", (string?)context.Request.Query["plan_id"] ?? "");
        var fault = badId
            ?? (service.Length == 0 ? BrokerAnswer.BadRequest("service_id is missing from the query.")
                : plan.Length == 0 ? BrokerAnswer.BadRequest("plan_id is missing from the query.")
                : null);
        if (fault is not null)
        {
            return (null, fault);
        }

        var asynchronous = BrokerRequests.AcceptsIncomplete(context);
        var unknown = catalog.RefusalOf(service, plan, out var known);
        return unknown is null && known.AsynchronousOnly && !asynchronous
            ? (null, BrokerAnswer.AsyncRequired())
            : (new() { InstanceId = instance, BindingId = binding, ServiceId = service, PlanId = plan, Asynchronous = asynchronous, UnknownPlan = unknown }, null);
    }

    public bool IsOf(string serviceId, string planId) => ServiceId == serviceId && PlanId == planId;
}
