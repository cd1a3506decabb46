using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Managed.Tcp;
using Harbor.Proxy.DataPlane.Managed.Udp;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Managed;

/// <summary>An open port: its state and its listeners, which it owns. Opened and closed as one; <see cref="Apply"/> has one caller at a time.</summary>
internal sealed class ManagedPort(PortState state, ChangeSignal changed, TcpPortListener? tcp, UdpPortListener? udp) : IVerifiedPort
{
    public PortState State => state;

    public Transports Transports => (tcp is null ? Transports.None : Transports.Tcp) | (udp is null ? Transports.None : Transports.Udp);

    public void Start()
    {
        _ = tcp?.AcceptAsync();
        _ = udp?.ReceiveAsync();
    }

    /// <summary>Connections of backends that are gone are reset when it returns; those that wait for one have been told.</summary>
    public void Apply(PortSnapshot snapshot)
    {
        var gone = state.Swap(snapshot);
        tcp?.BackendsGone(gone);
        BackendsChanged(gone);
    }

    public void BackendVerified() => BackendsChanged([]);

    public void Sweep(long nowMs)
    {
        tcp?.Sweep(nowMs);
        udp?.Sweep(nowMs);
    }

    public void StopListening()
    {
        tcp?.StopListening();
        udp?.StopListening();
    }

    /// <summary>Ends one session in so many, by chance (<see cref="DrainPace"/>).</summary>
    public void EndSome(EndReason reason, int oneIn)
    {
        tcp?.EndSome(reason, oneIn);
        udp?.EndSome(reason, oneIn);
    }

    public void EndSessions(EndReason reason)
    {
        tcp?.EndSessions(reason);
        udp?.EndSessions(reason);
    }

    private void BackendsChanged(IReadOnlyList<BackendState> gone)
    {
        changed.Raise();
        udp?.BackendsChanged(gone);
    }
}
