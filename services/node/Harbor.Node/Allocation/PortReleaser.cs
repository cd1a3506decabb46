using Harbor.Contracts.Allocation;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Takes ports back from their owners. What a later life of the owner's id holds is never touched, however late the command is.</summary>
internal sealed partial class PortReleaser(
    IDocuments<PortDocument> ports, PortDirectory directory, IntPorts intPorts, TimeProvider time, ILogger<PortReleaser> logger)
{
    /// <summary>The port that the life holds no longer; null where it held none.</summary>
    public async Task<PortDocument?> ReleaseAsync(ReleasePort command, CancellationToken cancellationToken)
    {
        PortDocument? released;
        bool done;
        do
        {
            var known = await ports.QueryAsync(DocumentQuery.Where(PortIndexes.Party, PortIndexes.OfInstance(command.ServiceInstanceId)), cancellationToken);
            var meant = known.Where(port => port.Life <= command.Life && (command.Port ?? port.Port) == port.Port).ToList();
            released = meant.Find(port => port.State is PortState.Active) ?? meant.MaxBy(port => port.ReleasedAt);
            done = released is null or { State: PortState.Quarantined } || await ReleaseAsync(released, command.Unused, cancellationToken);
        }
        while (!done);

        await intPorts.FreeAsync(command.ServiceInstanceId, cancellationToken);
        return released;
    }

    private async Task<bool> ReleaseAsync(PortDocument port, bool unused, CancellationToken cancellationToken)
    {
        var outcome = unused
            ? await ports.DeleteAsync(port, cancellationToken)
            : (await ports.ReplaceAsync(port.Quarantined(time.GetUtcNow(), directory.Pools.Find(port.Pool)), cancellationToken)).Outcome;
        if (outcome is WriteOutcome.Written)
        {
            if (unused)
            {
                directory.Restore(port.Pool, port.Port);
            }

            Log.Released(logger, port.Port, port.Pool, port.ServiceInstanceId);
        }

        return outcome is WriteOutcome.Written;
    }

    private static partial class Log
    {
        [LoggerMessage(2010, LogLevel.Information, "Port {ExternalPort} of pool {Pool} is released by service instance {ServiceInstanceId}")]
        public static partial void Released(ILogger logger, int externalPort, string pool, string serviceInstanceId);
    }
}
