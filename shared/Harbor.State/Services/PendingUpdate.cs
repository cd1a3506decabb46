namespace Harbor.State.Services;

/// <summary>What an update in progress will make of its service instance; applied whole when the port follows it, or not at all.</summary>
public sealed record PendingUpdate
{
    public required PortParameters Parameters { get; init; }

    /// <summary>The platform's context, a JSON object as text.</summary>
    public string? Context { get; init; }

    public string? MaintenanceVersion { get; init; }
}
