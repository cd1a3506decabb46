using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;
using Harbor.Proxy.DataPlane.Metrics;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>
/// All datagrams between one client (address and port) and the backend it was given. Owns the connected socket towards that backend and what its admission took. A socket
/// of its own for each session, because only then does the system say whose datagram was refused (ICMP), and because a backend tells clients apart
/// by our port; it costs one descriptor, which the session took before anything was allocated. One lock guards all of it: the port's loop,
/// the backend's answers and changes of the port come from different threads.
/// </summary>
internal sealed partial class UdpSession(UdpPortListener listener, DatagramOrigin origin) : IDisposable
{
    /// <summary>The guard against amplification ends with this datagram of the client: who forges addresses sends one and cannot see an answer.</summary>
    private const int TrustedAfter = 3;

    private readonly Lock _lock = new();
    private readonly TransportCells _cells = listener.State.Meter.CellsOf(0);
    private Socket? _upstream;
    private BackendState? _backend;
    private DatagramOrigin _origin = origin;
    private TriedBackends _tried;
    private long _attachedAtMs;
    private long _lastMs = listener.Context.Clock.NowMs;
    private long _datagramsIn;
    private long _bytesIn;
    private long _bytesOut;
    private bool _isAccepted;
    private bool _isSpent;
    private bool _hasEnded;

    public DatagramOrigin Origin => _origin;

    /// <summary>A datagram of the client, in a buffer that is the caller's.</summary>
    public void FromClient(ReadOnlyMemory<byte> datagram, in DatagramOrigin from)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                listener.Dropped();
                return;
            }

            _origin = from;
            _lastMs = listener.Context.Clock.NowMs;
            _datagramsIn++;
            _bytesIn += datagram.Length;
            Interlocked.Add(ref _cells.BytesIn, datagram.Length);
            if (_held is not null && !Retry())
            {
                listener.Dropped();
            }
            else
            {
                Pass(datagram);
            }
        }
    }

    /// <summary>A datagram of the backend.</summary>
    private void FromBackend(Socket upstream, ReadOnlySpan<byte> datagram)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(upstream, _upstream))
            {
                listener.Dropped();
                return;
            }

            Confirmed();
            if (IsAmplification(datagram.Length) || !listener.TrySend(datagram, _origin))
            {
                listener.Dropped();
                return;
            }

            _bytesOut += datagram.Length;
            Interlocked.Increment(ref _cells.DatagramsOut);
            Interlocked.Add(ref _cells.BytesOut, datagram.Length);
        }
    }

    /// <summary>An answer shows that the backend is there.</summary>
    private void Confirmed()
    {
        _lastMs = listener.Context.Clock.NowMs;
        ReturnFirst();
        _heldUntilMs = 0;
        _tried.Clear();
        listener.Log.Back(_backend!, _backend!.Udp.Succeeded());
    }

    private bool IsAmplification(int length)
    {
        var limit = listener.Context.Relay.Options.UdpAmplificationLimit;
        return limit > 0 && _datagramsIn < TrustedAfter && _bytesOut + length > limit * _bytesIn;
    }

    /// <summary>
    /// Where its backend left the port, the session goes to another one with its next datagram, or ends if there is none and it may not wait. Where a
    /// backend has come, a datagram that waits goes there.
    /// </summary>
    public void BackendsChanged(IReadOnlyList<BackendState> gone)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            if (_backend is not null && gone.Contains(_backend))
            {
                Detach();
                _tried.Clear();
            }

            if (_held is not null)
            {
                Retry();
            }
            else if (_upstream is null && listener.State.Rules.HoldMs == 0 && listener.State.Backends.Members.IsEmpty)
            {
                End(EndReason.BackendGone);
            }
        }
    }

    public void Sweep(long nowMs)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            var idleMs = listener.State.Rules.IdleTimeoutMs;
            if (_held is not null)
            {
                SweepHeld(nowMs);
            }
            else if (_isSpent)
            {
                if (nowMs >= _tried.RetryAtMs)
                {
                    GiveUp();
                }
            }
            else if (idleMs > 0 && nowMs - _lastMs >= idleMs)
            {
                End(EndReason.Idle);
            }
            else if (_first is not null && nowMs - _attachedAtMs >= KeepFirstMs)
            {
                ReturnFirst();
                _heldUntilMs = 0;
            }
        }
    }

    public void End(EndReason reason)
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                Interlocked.Increment(ref _cells.Ended(reason));
                Interlocked.Add(ref _cells.Accepted, _isAccepted ? 0 : 1);
                Dispose();
            }
        }
    }

    /// <summary>The same for one that never got a backend.</summary>
    private void Refuse(RefusalReason reason)
    {
        Interlocked.Increment(ref _cells.Refused(reason));
        listener.Log.Refused(_origin.Client, reason);
        Dispose();
    }

    /// <summary>Gives back all that it owns, once. From outside, <see cref="End"/> says why.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                _hasEnded = true;
                ReturnHeld();
                Detach();
                listener.Ended(this);
            }
        }
    }
}
