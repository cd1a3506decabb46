using Harbor.Contracts.Ports;

namespace Harbor.Contracts.Provisioning;

/// <summary>
/// Command to the gateway's saga: bring a stored provision to its end. Sent when it was accepted, and again by the sweep where that message may
/// have been lost; idempotent by <see cref="OperationId"/>.
/// </summary>
public sealed record ProvisionPort
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Which life of the instance's id this is; grows with each.</summary>
    public required long Life { get; init; }

    public required string Pool { get; init; }

    public required PortProtocol Protocol { get; init; }

    public required PortPolicy Policy { get; init; }

    public required long PolicyRevision { get; init; }

    /// <summary>The port that the platform asked for; null for a random free one.</summary>
    public int? RequestedPort { get; init; }

    /// <summary>When the provision is failed and rolled back, whatever it waits for.</summary>
    public required DateTimeOffset Deadline { get; init; }
}
