namespace Harbor.Contracts.Workers;

/// <summary>Event of a worker: it does not listen on the port for this instance (any more). Repeated as the answer to <see cref="ReportPort"/>.</summary>
public sealed record PortClosed
{
    public required string WorkerId { get; init; }

    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required string ServiceInstanceId { get; init; }
}
