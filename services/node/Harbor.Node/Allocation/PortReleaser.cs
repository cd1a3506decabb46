using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Takes ports back from their owners.</summary>
internal sealed partial class PortReleaser(
    IDocuments<PortDocument> ports, NodeViews views, IntPorts intPorts, TimeProvider time, ILogger<PortReleaser> logger)
{
    /// <summary>Of a pool that is not known (any more).</summary>
    private static TimeSpan DefaultQuarantine { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The port that the instance holds no longer; null where it held none.</summary>
    public async Task<PortDocument?> ReleaseAsync(string serviceInstanceId, bool unused, CancellationToken cancellationToken)
    {
        PortDocument? released;
        bool done;
        do
        {
            var known = await ports.QueryAsync(DocumentQuery.Where(PortIndexes.Instance, serviceInstanceId), cancellationToken);
            released = known.FirstOrDefault(port => port.State is PortState.Active) ?? known.MaxBy(port => port.ReleasedAt);
            done = released is null or { State: PortState.Quarantined } || await ReleaseAsync(released, unused, cancellationToken);
        }
        while (!done);

        await intPorts.FreeAsync(serviceInstanceId, cancellationToken);
        return released;
    }

    private async Task<bool> ReleaseAsync(PortDocument port, bool unused, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var outcome = unused
            ? await ports.DeleteAsync(port, cancellationToken)
            : (await ports.ReplaceAsync(
                port with
                {
                    State = PortState.Quarantined,
                    Apps = [],
                    Backends = [],
                    ReleasedAt = now,
                    QuarantinedUntil = now + (views.Pools.Find(port.Pool)?.Quarantine ?? DefaultQuarantine),
                },
                cancellationToken)).Outcome;
        if (outcome is WriteOutcome.Written)
        {
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
