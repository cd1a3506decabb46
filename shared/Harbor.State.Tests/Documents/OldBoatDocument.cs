using Harbor.State.Documents;

namespace Harbor.State.Tests.Documents;

/// <summary>A boat as an earlier version of the program knew it.</summary>
public sealed record OldBoatDocument : Document
{
    public long Count { get; init; }
}
