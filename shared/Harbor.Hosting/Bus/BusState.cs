using MassTransit;

namespace Harbor.Hosting.Bus;

/// <summary>
/// Whether messages can be sent now. Cheap enough to ask on every request: it looks at the connections' state, and sends nothing. A publish while
/// the broker is away waits for its return, so ask here first where an answer is due.
/// </summary>
public sealed class BusState(IBusControl bus)
{
    public bool IsUp => bus.CheckHealth().Status == BusHealthStatus.Healthy;

    /// <summary>Why it is down; empty while it is up.</summary>
    public string Problem => bus.CheckHealth() is { Status: not BusHealthStatus.Healthy } health
        ? health.Exception?.GetBaseException().Message ?? health.Description ?? "not connected"
        : string.Empty;
}
