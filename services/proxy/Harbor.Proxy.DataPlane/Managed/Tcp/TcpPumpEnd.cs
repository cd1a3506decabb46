namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>How one direction of a connection ended.</summary>
internal enum TcpPumpEnd
{
    /// <summary>The sender closed, and the receiver has been told.</summary>
    Closed,

    /// <summary>The sender was lost.</summary>
    ReadFailed,

    /// <summary>The receiver was lost.</summary>
    WriteFailed,
}
