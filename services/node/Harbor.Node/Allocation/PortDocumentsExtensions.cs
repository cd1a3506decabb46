using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

internal static class PortDocumentsExtensions
{
    /// <summary>The port that the service instance holds now, from the store; null where it holds none.</summary>
    public static async Task<PortDocument?> HeldByAsync(this IDocuments<PortDocument> ports, string serviceInstanceId, CancellationToken cancellationToken)
    {
        var held = await ports.QueryAsync(DocumentQuery.Where(PortIndexes.Owner, serviceInstanceId), cancellationToken);
        return held.Count > 0 ? held[0] : null;
    }
}
