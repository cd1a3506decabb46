namespace Harbor.Contracts.Allocation;

/// <summary>The policy is stored with the port.</summary>
public sealed record PortPolicyChanged
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }
}
