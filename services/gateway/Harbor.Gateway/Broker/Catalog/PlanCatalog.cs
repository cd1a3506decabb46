using System.Collections.Frozen;
using Harbor.Gateway.Broker.Http;
using Harbor.State.Pools;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Broker.Catalog;

/// <summary>The plans on offer: those of the configuration, and the default one where none of them is on the default pool.</summary>
internal sealed class PlanCatalog
{
    private readonly FrozenDictionary<string, PlanOptions> _byId;

    public PlanCatalog(IOptions<GatewayOptions> options)
    {
        Plans = PlansOf(options.Value);
        _byId = Plans.ToFrozenDictionary(plan => plan.Id, StringComparer.Ordinal);
    }

    public IReadOnlyList<PlanOptions> Plans { get; }

    public PlanOptions? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The refusal where the offering or the plan is none of the catalog's.</summary>
    public BrokerAnswer? RefusalOf(string serviceId, string planId, out PlanOptions plan)
    {
        plan = Find(planId)!;
        return serviceId != ServiceOffering.Id ? BrokerAnswer.BadRequest("service_id is not in the catalog.")
            : plan is null ? BrokerAnswer.BadRequest("plan_id is not in the catalog.")
            : null;
    }

    public static IReadOnlyList<PlanOptions> PlansOf(GatewayOptions options)
        => options.Plans.Any(plan => plan.Pool == PoolDocument.DefaultName) ? options.Plans : [Default(), .. options.Plans];

    private static PlanOptions Default() => new()
    {
        Id = ServiceOffering.DefaultPlanId,
        Name = ServiceOffering.DefaultPlanName,
        Description = "One external TCP or UDP port, or one of each",
    };
}
