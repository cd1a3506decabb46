namespace Harbor.State.Services;

/// <summary>An operation on a service instance: stored before the platform hears of it.</summary>
public sealed record OperationRecord
{
    public required string Id { get; init; }

    public required OperationKind Kind { get; init; }

    public required OperationState State { get; init; }

    /// <summary>For the end user; why, where it failed.</summary>
    public string? Description { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it is failed and rolled back, whatever it waits for.</summary>
    public required DateTimeOffset Deadline { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}
