namespace Harbor.Contracts.Provisioning;

/// <summary>The sweep to a deprovision's saga: its time has come. It repeats what it waits for, or gives up at its deadline.</summary>
public sealed record ResumeDeprovision
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }
}
