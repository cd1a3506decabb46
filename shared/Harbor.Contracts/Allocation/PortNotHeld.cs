namespace Harbor.Contracts.Allocation;

/// <summary>The instance holds no port: what was asked for needs one.</summary>
public sealed record PortNotHeld
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }
}
