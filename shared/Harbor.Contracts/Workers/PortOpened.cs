namespace Harbor.Contracts.Workers;

/// <summary>Event of a worker: it listens on the port, with every protocol asked for. Repeated as the answer to <see cref="ReportPort"/>.</summary>
public sealed record PortOpened
{
    public required string WorkerId { get; init; }

    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Of the owner's id: what it says is of no other. Null from a worker that does not say yet.</summary>
    public long? Life { get; init; }
}
