using Harbor.Contracts.Allocation;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Parameters;
using Harbor.Gateway.Instances;
using Harbor.State.Ports;

namespace Harbor.Gateway.Orphans;

/// <summary>Allocates the ports of active instances anew where they are gone: the same number, since that is what the platform and the clients know.</summary>
internal sealed partial class LostPorts(Holdings holdings, OperationRunner operations, PlanCatalog catalog, ILogger<LostPorts> logger)
{
    public async Task RepairAsync(IReadOnlyDictionary<string, PortDocument> held, CancellationToken cancellationToken)
    {
        foreach (var seen in holdings.Seen)
        {
            if (seen.IsSettled() && !(held.TryGetValue(seen.Id, out var port) && seen.Owns(port)))
            {
                await RepairAsync(seen.Id, cancellationToken);
            }
        }
    }

    /// <summary>Active before and after the port was not there, with nothing in between: so it is not a delete, or a create, that is about to be seen whole.</summary>
    private async Task RepairAsync(string serviceInstanceId, CancellationToken cancellationToken)
    {
        if (await holdings.InstanceAsync(serviceInstanceId, cancellationToken) is not { Port: { } number } instance || !instance.IsSettled())
        {
            return;
        }

        var found = await holdings.PortAsync(instance.Pool, number, cancellationToken);
        if (found is { State: PortState.Active } && found.ServiceInstanceId == instance.Id && found.Life >= instance.Life)
        {
            return;
        }

        if ((await holdings.InstanceAsync(serviceInstanceId, cancellationToken))?.Version != instance.Version)
        {
            return;
        }

        if (found is not null && found.ServiceInstanceId != instance.Id && (found.State == PortState.Active || found.QuarantinedUntil > operations.Now))
        {
            Log.Taken(logger, instance.Id, number, instance.Pool, found.ServiceInstanceId);
            return;
        }

        var allocate = new AllocatePort
        {
            OperationId = instance.Operation.Id,
            ServiceInstanceId = instance.Id,
            Life = instance.Life,
            Pool = instance.Pool,
            Protocol = instance.Protocol,
            Policy = PortPolicies.Of(instance.Parameters, catalog.Find(instance.PlanId)),
            PolicyRevision = instance.PolicyRevision,
            RequestedPort = number,
        };
        Log.Lost(logger, instance.Id, number, instance.Pool);
        await operations.SendAsync(allocate);
    }

    private static partial class Log
    {
        [LoggerMessage(1821, LogLevel.Warning, "{ServiceInstanceId} is active on port {ExternalPort} of pool {Pool}, which it does not hold; the port is allocated to it again.")]
        public static partial void Lost(ILogger logger, string serviceInstanceId, int externalPort, string pool);

        [LoggerMessage(1822, LogLevel.Error, "{ServiceInstanceId} is active on port {ExternalPort} of pool {Pool}, which {Holder} has: nothing serves it. Delete and create the service instance anew.")]
        public static partial void Taken(ILogger logger, string serviceInstanceId, int externalPort, string pool, string holder);
    }
}
