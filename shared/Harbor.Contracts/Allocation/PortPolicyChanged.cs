namespace Harbor.Contracts.Allocation;

/// <summary>The policy is stored with the port.</summary>
public sealed record PortPolicyChanged
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Of the policy that the port follows; higher than the command's where that came late.</summary>
    public required long PolicyRevision { get; init; }
}
