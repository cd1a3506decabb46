namespace Harbor.Node.Routes;

/// <summary>When a node leaves out what others write.</summary>
/// <param name="After">How long nothing must have moved between nodes: longer than a store that is back needs for what was under way, and than the DEAs for what they said meanwhile.</param>
/// <param name="Longest">After so long everything is read once more: what a node wrote that had lost its share, and found nobody to hear it, stays no longer.</param>
internal sealed record RestTimes(TimeSpan After, TimeSpan Longest)
{
    public static RestTimes Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));
}
