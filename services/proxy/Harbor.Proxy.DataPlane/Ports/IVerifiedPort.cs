namespace Harbor.Proxy.DataPlane.Ports;

/// <summary>An open port, to who finds out which of its backends are there.</summary>
internal interface IVerifiedPort
{
    PortState State { get; }

    /// <summary>A backend has answered: sessions that wait for one may go to it. From any thread.</summary>
    void BackendVerified();
}
