using Harbor.Contracts.Ports;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Changes what a port's owner asked for.</summary>
internal sealed class PortPolicies(IDocuments<PortDocument> ports)
{
    /// <summary>The revision of the policy that the port follows now, the given one or a newer; null where the instance holds no port.</summary>
    public async Task<long?> ChangeAsync(string serviceInstanceId, PortPolicy policy, long revision, CancellationToken cancellationToken)
    {
        while (await ports.HeldByAsync(serviceInstanceId, cancellationToken) is { } port)
        {
            if (port.PolicyRevision >= revision)
            {
                return port.PolicyRevision;
            }

            if ((await ports.ReplaceAsync(port with { Policy = policy, PolicyRevision = revision }, cancellationToken)).Written)
            {
                return revision;
            }
        }

        return null;
    }
}
