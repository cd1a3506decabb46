namespace Harbor.Contracts.Workers;

/// <summary>
/// Question to every worker of the pool, because an event may have been lost: do you serve this port for this instance? Each answers with
/// <see cref="PortOpened"/>, <see cref="PortRefused"/> or <see cref="PortClosed"/>, from what it does at that moment.
/// </summary>
public sealed record ReportPort
{
    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required string ServiceInstanceId { get; init; }
}
