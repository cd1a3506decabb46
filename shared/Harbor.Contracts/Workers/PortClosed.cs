namespace Harbor.Contracts.Workers;

/// <summary>Event of a worker: it does not listen on the port for this instance (any more). Repeated as the answer to <see cref="ReportPort"/>, with the life that was asked for.</summary>
public sealed record PortClosed
{
    public required string WorkerId { get; init; }

    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Of the owner's id: what it says is of no other. Null from a worker that does not say yet.</summary>
    public long? Life { get; init; }
}
