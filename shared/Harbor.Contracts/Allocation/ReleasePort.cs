namespace Harbor.Contracts.Allocation;

/// <summary>
/// Command to the node: the instance gives its port up, with all that was bound to it. Idempotent; answered with <see cref="PortReleased"/>,
/// also where the instance holds no port. The node finds the port by the instance, so <see cref="Pool"/> and a port number are not needed to be right.
/// </summary>
public sealed record ReleasePort
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    public required string Pool { get; init; }

    /// <summary>True where no client can have known the port (a provision that failed): it goes back without quarantine.</summary>
    public bool Unused { get; init; }
}
