using Harbor.Contracts.Ports;

namespace Harbor.Contracts.Allocation;

/// <summary>Command to the node: the instance's port follows another policy from now on, unless it follows a newer one already. Answered with <see cref="PortPolicyChanged"/> or <see cref="PortNotHeld"/>.</summary>
public sealed record ChangePortPolicy
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    public required PortPolicy Policy { get; init; }

    /// <summary>Grows with every policy of the instance: a command that comes late, after one with a higher revision, changes nothing.</summary>
    public required long PolicyRevision { get; init; }
}
