using System.Text;
using Harbor.Proxy.DataPlane.Admission;
using Harbor.Proxy.DataPlane.Backends;

namespace Harbor.Proxy.DataPlane.Ports;

/// <summary>An open port, as both engines see it: what its two transports share. Owns no socket. <see cref="Swap"/> has one caller at a time.</summary>
internal sealed class PortState
{
    private PortSnapshot _snapshot;
    private BackendSet _backends;
    private byte[] _owner;

    public PortState(PortSnapshot snapshot, RelayContext context)
    {
        _snapshot = snapshot;
        Port = snapshot.Port;
        Held = new SharedLimit(context.Options.MaxHeldPerPort);
        _owner = Encoding.UTF8.GetBytes(snapshot.Owner);
        _backends = BackendSet.Empty.Next(snapshot.Backends, out _);
        Tcp = snapshot.Transports.HasFlag(Transports.Tcp) ? new TransportState(context, Port, Transport.Tcp, snapshot.Tcp, _backends) : null;
        Udp = snapshot.Transports.HasFlag(Transports.Udp) ? new TransportState(context, Port, Transport.Udp, snapshot.Udp, _backends) : null;
    }

    public int Port { get; }

    public TransportState? Tcp { get; }

    public TransportState? Udp { get; }

    public BackendSet Backends => Volatile.Read(ref _backends);

    /// <summary>The owner's name in UTF-8, for PROXY headers.</summary>
    public byte[] Owner => Volatile.Read(ref _owner);

    /// <summary>Connections and first datagrams that wait for a backend.</summary>
    public SharedLimit Held { get; }

    public TransportState? this[Transport transport] => transport == Transport.Tcp ? Tcp : Udp;

    /// <summary>The port is as the snapshot says: what everybody would be told anew is what they know. By the caller of <see cref="Swap"/>.</summary>
    public bool IsAs(PortSnapshot snapshot) => _snapshot == snapshot;

    /// <summary>Takes over policy and backends of a later snapshot of the same transports. Returns the backends that are gone, whose connections are to be reset.</summary>
    public IReadOnlyList<BackendState> Swap(PortSnapshot snapshot)
    {
        _snapshot = snapshot;
        var next = _backends.Next(snapshot.Backends, out var gone);
        Volatile.Write(ref _owner, Encoding.UTF8.GetBytes(snapshot.Owner));
        Volatile.Write(ref _backends, next);
        Tcp?.Swap(snapshot.Tcp, next);
        Udp?.Swap(snapshot.Udp, next);
        return gone;
    }
}
