namespace Harbor.Proxy.DataPlane;

/// <summary>A transport protocol.</summary>
public enum Transport
{
    Tcp,
    Udp,
}
