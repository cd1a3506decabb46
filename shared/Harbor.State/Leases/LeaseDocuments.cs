using Harbor.State.Documents;

namespace Harbor.State.Leases;

/// <summary>The collection of leases.</summary>
public static class LeaseDocuments
{
    public static DocumentType<PartitionsDocument> Partitions { get; } = new("leases", LeasesJson.Default.PartitionsDocument);
}
