namespace Harbor.State.Services;

/// <summary>An operation on a service instance or a binding: stored before the platform hears of it.</summary>
public sealed record OperationRecord
{
    /// <summary>A GUID, in its 36 characters.</summary>
    public required string Id { get; init; }

    public required OperationKind Kind { get; init; }

    public required OperationState State { get; init; }

    /// <summary>For the end user; why, where it failed.</summary>
    public string? Description { get; init; }

    /// <summary>Set where it failed.</summary>
    public OperationFailure? Failure { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it is failed and rolled back, whatever it waits for.</summary>
    public required DateTimeOffset Deadline { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}
