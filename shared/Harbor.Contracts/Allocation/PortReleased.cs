namespace Harbor.Contracts.Allocation;

/// <summary>The instance holds no port any more.</summary>
public sealed record PortReleased
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    public required string Pool { get; init; }

    /// <summary>The port that was released; null where the instance held none.</summary>
    public int? Port { get; init; }
}
