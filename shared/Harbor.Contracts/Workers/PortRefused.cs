using Harbor.Contracts.Ports;

namespace Harbor.Contracts.Workers;

/// <summary>Event of a worker: it could not open the port, and opened none of its protocols.</summary>
public sealed record PortRefused
{
    public required string WorkerId { get; init; }

    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Of the owner's id: what it says is of no other. Null from a worker that does not say yet.</summary>
    public long? Life { get; init; }

    public required TransportProtocol Protocol { get; init; }

    /// <summary>What the system said, in a few words.</summary>
    public required string Reason { get; init; }

    /// <summary>Name and id of the process that holds the port, such as <c>redis-server (812)</c>, where the system tells.</summary>
    public string? Holder { get; init; }
}
