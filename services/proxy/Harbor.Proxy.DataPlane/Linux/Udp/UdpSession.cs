using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Metrics;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>
/// All datagrams between one client (address and port) and the backend it was given. Owns the connected socket towards that backend, the datagram it keeps or holds,
/// and what its admission took. A socket of its own for each session, because only then does the system say whose datagram was refused (ICMP),
/// and because a backend tells clients apart by our port. Belongs to its loop's thread; pooled there.
/// </summary>
internal sealed partial class UdpSession : LoopEntry
{
    [ThreadStatic]
    private static Stack<UdpSession>? _pool;

    private UdpPortListener _listener = null!;
    private EventLoop _loop = null!;
    private SocketName _name;
    private LocalAddress _local;
    private int _upstream;
    private BackendState? _backend;
    private TriedBackends _tried;
    private DatagramChain _taken;
    private long _attachedAtMs;
    private long _lastMs;
    private long _datagramsIn;
    private long _bytesIn;
    private long _bytesOut;
    private bool _isAccepted;
    private bool _isSpent;
    private bool _hasEnded;

    public ClientEndpoint Client { get; private set; }

    private TransportCells Cells => _listener.Cells;

    public static UdpSession Rent(UdpPortListener listener)
    {
        var session = (_pool ??= new()).TryPop(out var pooled) ? pooled : new UdpSession();
        session._listener = listener;
        session._loop = listener.Loop;
        return session;
    }

    public void Begin(ClientEndpoint client, in SocketName name)
    {
        Client = client;
        _name = name;
        _upstream = -1;
        _taken = default;
        _lastMs = _loop.Now;
        _datagramsIn = _bytesIn = _bytesOut = _heldUntilMs = 0;
        _isAccepted = _isSpent = _hasEnded = false;
        _loop.Track(this);
        ArmTimer();
    }

    /// <summary>Rules or backends have changed.</summary>
    public void Changed()
    {
        if (_backend is { IsGone: true })
        {
            // It goes to another backend with its next datagram.
            Detach();
            _tried.Clear();
        }

        if (_held is not null)
        {
            _ = Retry();
        }
        else if (_upstream < 0 && _listener.State.Rules.HoldMs == 0 && _listener.State.Backends.Members.IsEmpty)
        {
            // None is left for it, and it may not wait.
            End(EndReason.BackendGone);
        }

        if (!_hasEnded)
        {
            ArmTimer();
        }
    }

    public void End(EndReason reason)
    {
        if (!_hasEnded)
        {
            Cells.Accepted += _isAccepted ? 0 : 1;
            Cells.Ended(reason)++;
            Release();
        }
    }

    internal override void OnFault() => End(EndReason.Internal);

    /// <summary>The same for one that never got a backend.</summary>
    private void Refuse(RefusalReason reason)
    {
        Cells.Refused(reason)++;
        _listener.Log.Refused(Client, reason);
        Release();
    }

    private void Release()
    {
        _hasEnded = true;
        ReturnHeld();
        Detach();
        _tried.Clear();
        _loop.Untrack(this);
        _listener.Ended(this, Client);
        _pool!.Push(this);
    }
}
