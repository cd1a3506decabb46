using Harbor.Contracts.Ports;

namespace Harbor.Contracts.Allocation;

/// <summary>
/// Command to the node: take a port of the pool for a service instance. Idempotent by <see cref="ServiceInstanceId"/>: an instance that has
/// a port gets the same one again, unless that one is in <see cref="Avoid"/>. Answered with <see cref="PortAllocated"/> or <see cref="PortAllocationRefused"/>.
/// </summary>
public sealed record AllocatePort
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Which life of the instance's id it is for; grows with each. What an earlier life left behind is taken over or given up, a later one is not touched.</summary>
    public required long Life { get; init; }

    public required string Pool { get; init; }

    public required PortProtocol Protocol { get; init; }

    public required PortPolicy Policy { get; init; }

    /// <summary>As in <see cref="ChangePortPolicy"/>: a port that the instance has already follows the newer policy.</summary>
    public required long PolicyRevision { get; init; }

    /// <summary>The port that the platform asked for; null for a random free one.</summary>
    public int? RequestedPort { get; init; }

    /// <summary>Ports that a worker could not open for this operation. If the instance holds one of them, it is given up.</summary>
    public IReadOnlyList<int> Avoid { get; init; } = [];
}
