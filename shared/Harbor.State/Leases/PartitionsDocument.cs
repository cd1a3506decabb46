using Harbor.State.Documents;

namespace Harbor.State.Leases;

/// <summary>
/// Which node writes for which partition of the DEAs' ids. One document, so that every move is one compare-and-swap and no partition ever has
/// two owners. Times are not in it: nodes judge each other by whether <see cref="Members"/> moves, each by its own clock.
/// </summary>
public sealed record PartitionsDocument : Document
{
    /// <summary>The one document's id.</summary>
    public const string DeaEvents = "dea-events";

    /// <summary>Nodes that take part, each with a number that grows while it lives.</summary>
    public required IReadOnlyDictionary<string, long> Members { get; init; }

    /// <summary>By partition the node that writes for it; empty: nobody.</summary>
    public required IReadOnlyList<string> Owners { get; init; }
}
