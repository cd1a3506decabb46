using Harbor.Contracts.Ports;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Changes what a port's owner asked for.</summary>
internal sealed class PortPolicies(IDocuments<PortDocument> ports)
{
    /// <summary>False where the instance holds no port.</summary>
    public async Task<bool> ChangeAsync(string serviceInstanceId, PortPolicy policy, CancellationToken cancellationToken)
    {
        while (await ports.HeldByAsync(serviceInstanceId, cancellationToken) is { } port)
        {
            if ((await ports.ReplaceAsync(port with { Policy = policy }, cancellationToken)).Written)
            {
                return true;
            }
        }

        return false;
    }
}
