namespace Harbor.Node.Leases;

/// <summary>How DEAs are divided: by a hash of their id that every node computes alike.</summary>
internal static class Partitions
{
    /// <summary>Enough that a dozen nodes have nearly equal shares, few enough to stand in one small document.</summary>
    public const int Count = 64;

    /// <summary>Instances without a DEA are one partition together.</summary>
    public static int Of(string? dea)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var letter in dea ?? "")
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return (int)(hash % Count);
    }
}
