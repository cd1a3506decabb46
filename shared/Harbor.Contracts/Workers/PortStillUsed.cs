namespace Harbor.Contracts.Workers;

/// <summary>Event of a worker: clients still send to a port whose owner has given it up, and which is in quarantine for them.</summary>
public sealed record PortStillUsed
{
    public required string WorkerId { get; init; }

    public required string Pool { get; init; }

    public required int Port { get; init; }

    /// <summary>The last owner.</summary>
    public required string ServiceInstanceId { get; init; }

    /// <summary>Of the owner's id.</summary>
    public required long Life { get; init; }

    /// <summary>The end of the quarantine in which they came: one that was prolonged since is not prolonged again by it. Null from a worker that does not say yet.</summary>
    public DateTimeOffset? QuarantinedUntil { get; init; }
}
