namespace Harbor.Proxy.DataPlane;

/// <summary>The transports that a port listens with.</summary>
[Flags]
public enum Transports
{
    None = 0,
    Tcp = 1,
    Udp = 2,
    Both = Tcp | Udp,
}
