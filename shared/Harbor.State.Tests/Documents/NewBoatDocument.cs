using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

/// <summary>A boat as a later version of the program knows it: with a rig that this one has never heard of.</summary>
public sealed record NewBoatDocument : Document
{
    public required string Rig { get; init; }
}
