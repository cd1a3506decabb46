namespace Harbor.Contracts.Provisioning;

/// <summary>
/// Command to the gateway's sagas: bring a stored deprovision to its end, and drop a provision of the same instance that still runs. Sent when it
/// was accepted, and again by the sweep where that message may have been lost; idempotent by <see cref="OperationId"/>.
/// </summary>
public sealed record DeprovisionPort
{
    public required string OperationId { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Which life of the instance's id this is; grows with each.</summary>
    public required long Life { get; init; }

    public required string Pool { get; init; }

    /// <summary>True where no client can have known the port, because the instance never was active.</summary>
    public bool Unused { get; init; }

    /// <summary>When the deprovision is failed; it can be repeated.</summary>
    public required DateTimeOffset Deadline { get; init; }
}
