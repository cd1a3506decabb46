using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <summary>
/// One client's connection, from its admission to its end. Owns both sockets and what it took of the shared limits (a place at the port's gate, two
/// descriptors, a connection), all given back in <see cref="End"/>, which runs once. Belongs to its loop's thread; pooled there, so a connection allocates nothing.
/// </summary>
internal sealed partial class TcpSession : LoopEntry
{
    private const int ClientSide = 0;
    private const int BackendSide = 1;

    [ThreadStatic]
    private static Stack<TcpSession>? _pool;

    private TcpPortListener _listener = null!;
    private EventLoop _loop = null!;
    private TcpSession? _previous;
    private ClientEndpoint _source;
    private Stage _stage;
    private StreamSide _client;
    private StreamSide _backend;
    private BackendState? _target;
    private TriedBackends _tried;
    private long _since;
    private long _lastActive;
    private long _giveUpAtMs;
    private bool _hasFailed;
    private long _gaveUpInRound;
    private EndReason _endedFirst;

    private enum Stage : byte
    {
        /// <summary>No backend yet; waits for one.</summary>
        Held,
        Connecting,
        Relaying,
        Ended,
    }

    /// <summary>The next session of the same port on the same loop.</summary>
    public TcpSession? Next { get; private set; }

    public static TcpSession Rent(TcpPortListener listener)
    {
        var session = (_pool ??= new()).TryPop(out var pooled) ? pooled : new TcpSession();
        session._listener = listener;
        session._loop = listener.Loop;
        return session;
    }

    public void Begin(int client, ClientEndpoint source)
    {
        _client = StreamSide.Of(client);
        _backend = StreamSide.Of(-1);
        _source = source;
        _since = _loop.Now;
        _giveUpAtMs = _loop.Now + _listener.State.Rules.HoldMs;
        _keepsAlive = _hasFailed = false;
        _gaveUpInRound = -1;
        _stage = Stage.Connecting;
        _loop.Track(this);
        Next = _listener.FirstSession;
        if (Next is { } next)
        {
            next._previous = this;
        }

        _listener.FirstSession = this;
        FindBackend();
        if (_stage != Stage.Ended)
        {
            // After the backend's socket: by now the client's first bytes are often there, and come with the same wake-up.
            _ = _loop.Watch(client, ReadEvents, this, ClientSide);
        }
    }

    /// <summary>Resets both sides.</summary>
    public void Abort(EndReason reason)
    {
        if (_stage != Stage.Relaying)
        {
            _listener.Cells.Accepted++;
        }

        End(reason, reset: true);
    }

    public void Changed()
    {
        if (_target is { IsGone: true })
        {
            if (_stage == Stage.Relaying)
            {
                Abort(EndReason.BackendGone);
            }
            else
            {
                // It was only asked; another may answer.
                GiveUpAttempt(failed: false);
                FindBackend();
            }
        }
        else if (_stage == Stage.Held)
        {
            TryAgain();
        }
        else if (_stage == Stage.Relaying)
        {
            ArmForRelay();
        }
    }

    internal override void OnFault()
    {
        if (_stage != Stage.Ended)
        {
            Abort(EndReason.Internal);
        }
    }

    /// <summary>The client is not let in after all.</summary>
    private void Refuse(RefusalReason reason)
    {
        _listener.Cells.Refused(reason)++;
        _listener.Log.Refused(_source, reason);
        Release(reset: true);
    }

    private void End(EndReason reason, bool reset)
    {
        _listener.Cells.Ended(reason)++;
        Release(reset);
    }

    private void Release(bool reset)
    {
        LeaveHold();
        _stage = Stage.Ended;
        CloseSide(ref _client, reset);
        CloseSide(ref _backend, reset);
        _target?.Tcp.Release();
        _target = null;
        _tried.Clear();
        _listener.State.Gate.Leave(_source.Address, _loop.Now);
        _listener.Context.Limits.Connections.Return();
        _listener.Context.Limits.Descriptors.Return(2);
        _loop.Connections--;
        _loop.Untrack(this);
        Unlink();
        _pool!.Push(this);
    }

    private void CloseSide(ref StreamSide side, bool reset)
    {
        side.DropWaiting(_loop);
        if (side.Descriptor >= 0)
        {
            if (reset)
            {
                Kernel.Reset(side.Descriptor);
            }
            else
            {
                Kernel.Close(side.Descriptor);
            }

            side.Descriptor = -1;
        }
    }

    private void Unlink()
    {
        if (_previous is { } previous)
        {
            previous.Next = Next;
        }
        else
        {
            _listener.FirstSession = Next;
        }

        if (Next is { } next)
        {
            next._previous = _previous;
        }

        Next = _previous = null;
    }
}
