namespace Harbor.Contracts.Allocation;

/// <summary>
/// Command to the node: the instance gives its port up, with all that was bound to it. Idempotent; answered with <see cref="PortReleased"/>,
/// also where the instance holds no port. The node finds the port by the instance, so <see cref="Pool"/> and a port number are not needed to be right.
/// However late or often it comes, it never touches the port of a later <see cref="Life"/>.
/// </summary>
public sealed record ReleasePort
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>The life of the instance's id that has ended; it gives up what this one and the earlier ones hold.</summary>
    public required long Life { get; init; }

    public required string Pool { get; init; }

    /// <summary>Only this port; null for whichever is held.</summary>
    public int? Port { get; init; }

    /// <summary>True where no client can have known the port (a provision that failed): it goes back without quarantine.</summary>
    public bool Unused { get; init; }
}
