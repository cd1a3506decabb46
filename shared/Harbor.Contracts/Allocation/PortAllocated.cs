namespace Harbor.Contracts.Allocation;

/// <summary>The port is taken for the instance: stored, and seen by the workers from now on.</summary>
public sealed record PortAllocated
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Of the command.</summary>
    public required long Life { get; init; }

    public required string Pool { get; init; }

    public required int Port { get; init; }
}
