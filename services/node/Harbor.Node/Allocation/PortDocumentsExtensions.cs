using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

internal static class PortDocumentsExtensions
{
    /// <summary>The port as its owner leaves it: closed, with nothing behind it, and kept from others for a while.</summary>
    public static PortDocument Quarantined(this PortDocument port, DateTimeOffset now, PoolDocument? pool) => port with
    {
        State = PortState.Quarantined,
        Apps = [],
        Bindings = [],
        Backends = [],
        ReleasedAt = now,
        QuarantinedUntil = now + (pool?.Quarantine ?? PoolDocument.DefaultQuarantine),
    };

    /// <summary>The port that the service instance holds now, from the store; null where it holds none.</summary>
    public static async Task<PortDocument?> HeldByAsync(this IDocuments<PortDocument> ports, string serviceInstanceId, CancellationToken cancellationToken)
    {
        var held = await ports.QueryAsync(DocumentQuery.Where(PortIndexes.Owner, serviceInstanceId), cancellationToken);
        return held.Count > 0 ? held[0] : null;
    }
}
