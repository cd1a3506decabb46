namespace Harbor.Proxy.DataPlane;

/// <summary>How a backend is picked.</summary>
public enum BalanceMode
{
    RoundRobin,
    LeastConnections,
    Random,

    /// <summary>By client address, consistent, and the same for TCP and UDP of one port.</summary>
    SourceHash,

    /// <summary>The first in the snapshot's order that can be reached.</summary>
    First,
}
