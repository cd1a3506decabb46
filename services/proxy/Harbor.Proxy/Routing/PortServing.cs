using Harbor.State.Workers;

namespace Harbor.Proxy.Routing;

/// <summary>A port as this worker serves it: for whom, and if it cannot, why.</summary>
internal sealed record PortServing(PortStatus Status, string? ServiceInstanceId, long Life, RefusedPort? Refusal)
{
    public static PortServing Closed { get; } = new(PortStatus.Closed, null, 0, null);

    /// <summary>Whether it is this port of this owner, and not one that the same owner's id had in an earlier life.</summary>
    public bool IsFor(WantedPort port) => IsFor(port.ServiceInstanceId) && Life == port.Life;

    /// <summary>The same, or an earlier life of that owner's id. Null is whichever life.</summary>
    public bool IsForNoLaterThan(string serviceInstanceId, long? life) => IsFor(serviceInstanceId) && Life <= (life ?? Life);

    private bool IsFor(string serviceInstanceId) => Status is not PortStatus.Closed && ServiceInstanceId == serviceInstanceId;
}
