namespace Harbor.Contracts.Workers;

/// <summary>
/// Question to every worker of the pool, because an event may have been lost: do you serve this port for this life of the instance's id? Each answers from
/// what it does at that moment: with <see cref="PortOpened"/> or <see cref="PortRefused"/> of the life that it serves, this one or, where it has not heard of
/// this one yet, an earlier one; else with <see cref="PortClosed"/>.
/// </summary>
public sealed record ReportPort
{
    public required string Pool { get; init; }

    public required int Port { get; init; }

    public required string ServiceInstanceId { get; init; }

    /// <summary>Null from a gateway that does not say yet: whichever life is served.</summary>
    public long? Life { get; init; }
}
