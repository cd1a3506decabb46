using Harbor.Contracts.Allocation;
using Harbor.Gateway.Instances;
using Harbor.State.Ports;

namespace Harbor.Gateway.Orphans;

/// <summary>
/// Gives back ports in use that no live instance owns. The port was read before its instance, and an instance is stored before its port is asked for, so one that
/// is only just being made is never missed; it is read once more after it, since it may have gone its way meanwhile; and the release names the port and its life, so that it cannot hit what comes after, however late it is.
/// </summary>
internal sealed partial class OrphanPorts(Holdings holdings, OperationRunner operations, ILogger<OrphanPorts> logger)
{
    public async Task GiveBackAsync(IReadOnlyDictionary<string, PortDocument> held, CancellationToken cancellationToken)
    {
        foreach (var (owner, port) in held)
        {
            if (holdings.Find(owner).Owns(port) || (await holdings.InstanceAsync(owner, cancellationToken)).Owns(port) || await holdings.IsDrivenAsync(owner, cancellationToken))
            {
                continue;
            }

            if (await holdings.PortAsync(port.Pool, port.Port, cancellationToken) is not { State: PortState.Active } still || still.ServiceInstanceId != owner || still.Life != port.Life)
            {
                // Given up, or taken by the next life, since all ports were read.
                continue;
            }

            var release = new ReleasePort
            {
                OperationId = Guid.CreateVersion7(operations.Now).ToString("D"),
                ServiceInstanceId = owner,
                Life = port.Life,
                Pool = port.Pool,
                Port = port.Port,
            };
            Log.Orphan(logger, port.Port, port.Pool, owner, port.Life, port.AllocatedAt, release.OperationId);
            await operations.SendAsync(release);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1820, LogLevel.Warning, "Port {ExternalPort} of pool {Pool} is in use since {AllocatedAt} for {ServiceInstanceId}, life {Life}, which no longer exists or has another port; it is given back in operation {OperationId}.")]
        public static partial void Orphan(ILogger logger, int externalPort, string pool, string serviceInstanceId, long life, DateTimeOffset allocatedAt, string operationId);
    }
}
