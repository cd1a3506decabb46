namespace Harbor.Proxy.DataPlane;

/// <summary>Why a new connection or session was not admitted.</summary>
public enum RefusalReason
{
    /// <summary>By the allow or deny list.</summary>
    Denied,
    MaxConnections,
    MaxConnectionsPerSource,
    RatePerSource,

    /// <summary>No backend, and none came while it waited.</summary>
    NoBackend,

    /// <summary>Every backend refused or timed out.</summary>
    BackendsUnreachable,

    /// <summary>The engine is out of descriptors, memory or session slots.</summary>
    Shed,
}
