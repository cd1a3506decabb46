namespace Harbor.Proxy.Routing;

/// <summary>What the worker does with a port at this moment.</summary>
internal enum PortStatus
{
    /// <summary>It does not listen there.</summary>
    Closed,

    /// <summary>It listens, with every protocol asked for.</summary>
    Open,

    /// <summary>It should listen, and cannot.</summary>
    Refused,
}
