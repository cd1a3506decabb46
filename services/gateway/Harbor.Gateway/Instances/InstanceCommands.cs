using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Parameters;
using Harbor.State.Services;

namespace Harbor.Gateway.Instances;

/// <summary>The commands that drive an instance's running operation, made from its document alone: so that a sweep can send them as well as the request.</summary>
internal static class InstanceCommands
{
    public static ProvisionPort Provision(this ServiceInstanceDocument instance, PlanCatalog catalog) => new()
    {
        OperationId = instance.Operation.Id,
        ServiceInstanceId = instance.Id,
        Life = instance.Life,
        Pool = instance.Pool,
        Protocol = instance.Protocol,
        Policy = PortPolicies.Of(instance.Parameters, catalog.Find(instance.PlanId)),
        PolicyRevision = instance.PolicyRevision,
        RequestedPort = instance.Parameters.Port,
        Deadline = instance.Operation.Deadline,
    };

    public static DeprovisionPort Deprovision(this ServiceInstanceDocument instance) => new()
    {
        OperationId = instance.Operation.Id,
        ServiceInstanceId = instance.Id,
        Life = instance.Life,
        Pool = instance.Pool,
        Unused = instance.Port is null,
        Deadline = instance.Operation.Deadline,
    };

    public static ChangePortPolicy ChangePolicy(this ServiceInstanceDocument instance, PortParameters parameters, PlanCatalog catalog) => new()
    {
        OperationId = instance.Operation.Id,
        ServiceInstanceId = instance.Id,
        Policy = PortPolicies.Of(parameters, catalog.Find(instance.PlanId)),
        PolicyRevision = instance.PolicyRevision,
    };
}
