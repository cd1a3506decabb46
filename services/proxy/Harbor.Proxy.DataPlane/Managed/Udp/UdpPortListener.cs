using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Metrics;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>Listens on one port and gives each client's datagrams to its session. Owns the listening socket and the table of sessions, which own themselves.</summary>
internal sealed class UdpPortListener : IDisposable
{
    /// <summary>Datagrams that it takes before it lets others of the thread pool have a turn.</summary>
    private const int BatchSize = 64;

    private readonly DatagramSocket _socket;
    private readonly Lock _lock = new();
    private Dictionary<ClientEndpoint, UdpSession>? _sessions;
    private bool _isStopped;
    private bool _isClosed;

    /// <summary>Takes over the socket, which is bound, and a descriptor that was taken for it.</summary>
    public UdpPortListener(ManagedContext context, PortState port, Socket socket)
    {
        Context = context;
        Port = port;
        LocalAddress = ClientAddress.From(((System.Net.IPEndPoint)socket.LocalEndPoint!).Address);
        _socket = new DatagramSocket(socket, DatagramCalls.AreSupported);
    }

    public ManagedContext Context { get; }

    public PortState Port { get; }

    public TransportState State => Port.Udp!;

    public TransportLog Log => State.Log;

    /// <summary>What the socket is bound to.</summary>
    public ClientAddress LocalAddress { get; }

    private TransportCells Cells => State.Meter.CellsOf(0);

    public async Task ReceiveAsync()
    {
        while (!Volatile.Read(ref _isClosed))
        {
            byte[]? buffer = null;
            try
            {
                await _socket.WaitAsync();
                buffer = Context.Buffers.Rent();
                for (var i = 0; i < BatchSize; i++)
                {
                    var (length, origin) = await _socket.ReceiveAsync(buffer.AsMemory(0, RelayBuffers.Size));
                    if (length < 0)
                    {
                        break;
                    }

                    Dispatch(buffer.AsMemory(0, length), origin);
                }

                await Task.Yield();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) when (!Volatile.Read(ref _isClosed))
            {
                // Of one datagram or one client; the next call says if it is more.
            }
            catch (SocketException)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A bug; the port stays open for the others.
                Log.ListenerFailed(e);
            }
            finally
            {
                if (buffer is not null)
                {
                    Context.Buffers.Return(buffer);
                }
            }
        }
    }

    public bool TrySend(ReadOnlySpan<byte> datagram, in DatagramOrigin to) => _socket.TrySend(datagram, to);

    public void Dropped() => Interlocked.Increment(ref Cells.DatagramsDropped);

    /// <summary>Backends came, went or were verified.</summary>
    public void BackendsChanged(IReadOnlyList<BackendState> gone)
    {
        foreach (var session in Sessions())
        {
            session.BackendsChanged(gone);
        }
    }

    public void Sweep(long nowMs)
    {
        foreach (var session in Sessions())
        {
            session.Sweep(nowMs);
        }
    }

    /// <summary>No new sessions; those that are there go on, and the socket with them.</summary>
    public void StopListening()
    {
        lock (_lock)
        {
            _isStopped = true;
            CloseIfDone();
        }
    }

    public void EndSome(EndReason reason, int oneIn)
    {
        foreach (var session in Sessions().Where(_ => DrainPace.IsDue(oneIn)))
        {
            session.End(reason);
        }
    }

    public void EndSessions(EndReason reason)
    {
        foreach (var session in Sessions())
        {
            session.End(reason);
        }
    }

    public void Dispose() => StopListening();

    /// <summary>Called by a session once.</summary>
    public void Ended(UdpSession session)
    {
        lock (_lock)
        {
            _sessions!.Remove(session.Origin.Client);
            State.Gate.Leave(session.Origin.Client.Address, Context.Clock.NowMs);
            Context.Relay.Limits.Descriptors.Return();
            Context.Relay.Limits.Sessions.Return();
            CloseIfDone();
        }

        Context.SessionEnded();
    }

    private void CloseIfDone()
    {
        if (_isStopped && !_isClosed && _sessions is not { Count: > 0 })
        {
            _isClosed = true;
            _socket.Dispose();
            Context.Relay.Limits.Descriptors.Return();
        }
    }

    private void Dispatch(ReadOnlyMemory<byte> datagram, in DatagramOrigin origin)
    {
        Interlocked.Increment(ref Cells.DatagramsIn);
        if (Find(origin) is { } session)
        {
            session.FromClient(datagram, origin);
        }
        else
        {
            Dropped();
        }
    }

    private UdpSession? Find(in DatagramOrigin origin)
    {
        RefusalReason refusal;
        lock (_lock)
        {
            if (_sessions is not null && _sessions.TryGetValue(origin.Client, out var known))
            {
                return known;
            }

            if (_isStopped)
            {
                return null;
            }

            if (TryTakeLimits(origin.Client, out refusal))
            {
                Context.SessionBegan();
                var session = new UdpSession(this, origin);
                (_sessions ??= []).Add(origin.Client, session);
                return session;
            }
        }

        Interlocked.Increment(ref Cells.Refused(refusal));
        Log.Refused(origin.Client, refusal);
        return null;
    }

    private bool TryTakeLimits(ClientEndpoint client, out RefusalReason refusal)
    {
        var limits = Context.Relay.Limits;
        refusal = RefusalReason.Shed;
        if (!limits.Sessions.TryTake())
        {
            return false;
        }

        if (limits.Descriptors.TryTake())
        {
            if (State.Gate.TryEnter(State.Rules, client.Address, Context.Clock.NowMs, out refusal))
            {
                return true;
            }

            limits.Descriptors.Return();
        }

        limits.Sessions.Return();
        return false;
    }

    private IReadOnlyList<UdpSession> Sessions()
    {
        lock (_lock)
        {
            return _sessions is { Count: > 0 } ? [.. _sessions.Values] : [];
        }
    }
}
