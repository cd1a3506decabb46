namespace Harbor.Proxy.DataPlane;

/// <summary>Who ended a connection or session, and how.</summary>
public enum EndReason
{
    /// <summary>Both sides had closed in order; the client began.</summary>
    ClientClosed,

    /// <summary>Both sides had closed in order; the backend began.</summary>
    BackendClosed,
    ClientReset,
    BackendReset,

    /// <summary>The backend left the snapshot.</summary>
    BackendGone,
    Idle,

    /// <summary>The port was closed.</summary>
    PortClosed,

    /// <summary>The engine shut down, or a drain ran out of time.</summary>
    Drained,
    Internal,
}
