namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>What came of an attempt to connect to a backend.</summary>
internal enum TcpConnectResult
{
    Connected,

    /// <summary>The backend refused or took too long.</summary>
    Failed,

    /// <summary>The backend left the port, or the session ended, while it connected: nobody's failure.</summary>
    Overtaken,

    /// <summary>The system has no descriptor, memory or local port for it: not the backend's failure.</summary>
    OutOfResources,
}
