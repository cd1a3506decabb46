using Harbor.Contracts.Ports;

namespace Harbor.State.Workers;

/// <summary>A port that a worker cannot open, because another process has it.</summary>
public sealed record RefusedPort
{
    public required int Port { get; init; }

    public required TransportProtocol Protocol { get; init; }

    public required string Reason { get; init; }

    /// <summary>The process that holds it, where the system tells.</summary>
    public string? Holder { get; init; }

    public required DateTimeOffset Since { get; init; }
}
