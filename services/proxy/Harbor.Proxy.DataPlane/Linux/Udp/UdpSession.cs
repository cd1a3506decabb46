using System.Runtime.CompilerServices;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;
using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Metrics;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>
/// All datagrams between one client (address and port) and the backend it was given. Owns the connected socket towards that backend, the datagram it keeps or holds,
/// and what its admission took. A socket of its own for each session, because only then does the system say whose datagram was refused (ICMP),
/// and because a backend tells clients apart by our port. Belongs to its loop's thread; pooled there.
/// </summary>
internal sealed partial class UdpSession : LoopEntry
{
    /// <summary>The guard against amplification ends with this datagram of the client: who forges addresses sends one and cannot see an answer.</summary>
    private const int TrustedAfter = 3;

    /// <summary>Batches of answers before the loop's other sessions get their turn.</summary>
    private const int BatchesPerTurn = 4;

    [ThreadStatic]
    private static Stack<UdpSession>? _pool;

    private UdpPortListener _listener = null!;
    private EventLoop _loop = null!;
    private SocketName _name;
    private LocalAddress _local;
    private int _upstream;
    private BackendState? _backend;
    private TriedBackends _tried;
    private Indexes _taken;
    private int _takenCount;
    private long _attachedAtMs;
    private long _lastMs;
    private long _datagramsIn;
    private long _bytesIn;
    private long _bytesOut;
    private bool _isAccepted;
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
        _takenCount = 0;
        _lastMs = _loop.Now;
        _datagramsIn = _bytesIn = _bytesOut = _heldUntilMs = 0;
        _isAccepted = _hasEnded = false;
        _loop.Track(this);
        ArmTimer();
    }

    /// <summary>A datagram of the client. True where it is the first one of the batch: the caller owes a <see cref="Flush"/>.</summary>
    public bool Take(DatagramBatch batch, int index)
    {
        _local = batch.Local(index);
        _taken[_takenCount++] = index;
        return _takenCount == 1;
    }

    /// <summary>Passes on what was taken.</summary>
    public void Flush(DatagramBatch batch)
    {
        ReadOnlySpan<int> indexes = _taken;
        indexes = indexes[.._takenCount];
        _takenCount = 0;
        _lastMs = _loop.Now;
        _datagramsIn += indexes.Length;
        long bytes = 0;
        foreach (var index in indexes)
        {
            bytes += batch.Length(index);
        }

        _bytesIn += bytes;
        Cells.BytesIn += bytes;
        while (indexes.Length > 0 && !_hasEnded)
        {
            if (_upstream < 0)
            {
                Deliver(batch.Data(indexes[0]));
                indexes = indexes[1..];
                continue;
            }

            var sent = DatagramRuns.Send(_loop.Datagrams.Sender, _upstream, batch, indexes, default, default, out var error);
            indexes = indexes[sent..];
            if (error == -Errno.Again)
            {
                // Our buffers are full: what is left would fare no better.
                break;
            }

            if (error < 0)
            {
                Failed(error, batch.Data(indexes[0]));
                indexes = indexes[1..];
            }
        }

        Cells.DatagramsDropped += indexes.Length;
    }

    /// <summary>The backend answers, or the system says that it does not.</summary>
    internal override void OnReady(uint events, int side)
    {
        if (_upstream < 0)
        {
            // It was left in this very round, whose events still have its last.
            return;
        }

        var batch = _loop.Datagrams.Batch;
        var count = DatagramBatch.Capacity;
        for (var turn = 0; count == DatagramBatch.Capacity; turn++)
        {
            if (turn == BatchesPerTurn)
            {
                _loop.TakeTurn(this);
                return;
            }

            count = batch.Receive(_upstream);
            if (count > 0)
            {
                FromBackend(batch, count);
            }
            else if (count != -Errno.Again)
            {
                Refused(count);
                return;
            }
        }

        if (_upstream >= 0 && (events & EPOLLERR) != 0 && Kernel.TakeError(_upstream) is var error && error != 0)
        {
            Refused(-error);
        }
    }

    internal override void OnTurn()
    {
        if (_upstream >= 0)
        {
            OnReady(EPOLLIN | EPOLLERR, 0);
        }
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

    internal override void OnTimer()
    {
        var idleMs = _listener.State.Rules.IdleTimeoutMs;
        if (_held is not null)
        {
            if (_loop.Now >= _heldUntilMs)
            {
                Cells.DatagramsDropped++;
                GiveUp();
                return;
            }

            _ = Retry();
        }
        else if (idleMs > 0 && _loop.Now - _lastMs >= idleMs)
        {
            End(EndReason.Idle);
            return;
        }
        else if (_first is not null && _loop.Now - _attachedAtMs >= KeepFirstMs)
        {
            ReturnFirst();
            _heldUntilMs = 0;
        }

        if (!_hasEnded)
        {
            ArmTimer();
        }
    }

    private void ArmTimer()
    {
        var idleMs = _listener.State.Rules.IdleTimeoutMs;
        var due = idleMs > 0 ? _lastMs + idleMs : long.MaxValue;
        if (_held is not null)
        {
            due = _tried.Count > 0 ? Math.Min(_heldUntilMs, _loop.Now + RetryMs) : _heldUntilMs;
        }
        else if (_first is not null)
        {
            due = Math.Min(due, _attachedAtMs + KeepFirstMs);
        }

        if (due == long.MaxValue)
        {
            _loop.Disarm(this);
        }
        else
        {
            _loop.Arm(this, Math.Max(0, due - _loop.Now));
        }
    }

    private void FromBackend(DatagramBatch batch, int count)
    {
        Confirmed();
        Indexes indexes = default;
        var allowed = 0;
        long bytes = 0;
        for (var index = 0; index < count; index++)
        {
            if (!IsAmplification(bytes + batch.Length(index)))
            {
                indexes[allowed++] = index;
                bytes += batch.Length(index);
            }
        }

        ReadOnlySpan<int> all = indexes;
        var sent = _listener.SendToClient(batch, all[..allowed], _name, _local);
        Cells.DatagramsDropped += count - sent;
        Cells.DatagramsOut += sent;
        for (var index = 0; index < sent; index++)
        {
            _bytesOut += batch.Length(indexes[index]);
            Cells.BytesOut += batch.Length(indexes[index]);
        }
    }

    /// <summary>An answer shows that the backend is there.</summary>
    private void Confirmed()
    {
        _lastMs = _loop.Now;
        if (_first is not null)
        {
            ReturnFirst();
            ArmTimer();
        }

        _heldUntilMs = 0;
        _tried.Clear();
        _listener.LogBack(_backend!, _backend!.Udp.Succeeded());
    }

    private bool IsAmplification(long bytes)
    {
        var limit = _listener.Context.Options.UdpAmplificationLimit;
        return limit > 0 && _datagramsIn < TrustedAfter && _bytesOut + bytes > limit * _bytesIn;
    }

    /// <summary>The same for one that never got a backend.</summary>
    private void Refuse(RefusalReason reason)
    {
        Cells.Refused(reason)++;
        _listener.LogRefused(Client, reason);
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

    /// <summary>Places in a batch.</summary>
    [InlineArray(DatagramBatch.Capacity)]
    private struct Indexes
    {
        private int _first;
    }
}
