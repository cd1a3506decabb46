namespace Harbor.Contracts.Allocation;

/// <summary>No port could be taken; nothing is held for the instance.</summary>
public sealed record PortAllocationRefused
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    public required string Pool { get; init; }

    public required AllocationRefusal Reason { get; init; }

    /// <summary>One sentence for the end user.</summary>
    public required string Description { get; init; }
}
