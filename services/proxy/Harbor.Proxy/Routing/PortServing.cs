using Harbor.State.Workers;

namespace Harbor.Proxy.Routing;

/// <summary>A port as this worker serves it: for whom, and if it cannot, why.</summary>
internal sealed record PortServing(PortStatus Status, string? ServiceInstanceId, RefusedPort? Refusal)
{
    public static PortServing Closed { get; } = new(PortStatus.Closed, null, null);

    public bool IsFor(string serviceInstanceId) => Status is not PortStatus.Closed && ServiceInstanceId == serviceInstanceId;
}
