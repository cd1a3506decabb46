using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Ports;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>Listens on one port and admits connections. Owns the listening socket; its sessions own themselves, and it can end them all.</summary>
internal sealed class TcpPortListener : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _closing = new();
    private readonly SessionList<TcpSession> _sessions = new();
    private int _isStopped;

    /// <summary>Takes over the socket, which listens, and a descriptor that was taken for it.</summary>
    public TcpPortListener(ManagedContext context, PortState port, ChangeSignal changed, Socket socket)
    {
        Context = context;
        Port = port;
        Changed = changed;
        Closing = _closing.Token;
        _socket = socket;
        TcpSockets.Configure(socket);
    }

    public ManagedContext Context { get; }

    public PortState Port { get; }

    public TransportState State => Port.Tcp!;

    public TransportLog Log => State.Log;

    public ChangeSignal Changed { get; }

    public CancellationToken Closing { get; }

    public long HalfCloseMs => (long)Context.Relay.Options.HalfCloseTimeout.TotalMilliseconds;

    /// <summary>Cells of counters that sessions spread over.</summary>
    public static int Shards { get; } = Math.Min(Environment.ProcessorCount, 16);

    public async Task AcceptAsync()
    {
        while (Volatile.Read(ref _isStopped) == 0)
        {
            try
            {
                Admit(await _socket.AcceptAsync(CancellationToken.None));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) when (Volatile.Read(ref _isStopped) == 1)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // Others of this process took what we had counted on. Clients wait in the kernel's queue meanwhile.
                Log.OutOfDescriptors(e.SocketErrorCode.ToString());
                await Task.Delay(TimeSpan.FromMilliseconds(100), Context.Clock.Time, CancellationToken.None);
            }
            catch (SocketException)
            {
                // That client left before it was accepted.
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A bug; the port stays open for the others.
                Log.ListenerFailed(e);
            }
        }
    }

    public void BackendsGone(IReadOnlyList<BackendState> gone)
    {
        foreach (var session in gone.Count == 0 ? [] : _sessions.ToList())
        {
            foreach (var backend in gone)
            {
                session.BackendGone(backend);
            }
        }
    }

    public void Sweep(long nowMs)
    {
        foreach (var session in _sessions.ToList())
        {
            session.Sweep(nowMs);
        }
    }

    /// <summary>No new connections; those that are there go on.</summary>
    public void StopListening()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 0)
        {
            _socket.Dispose();
            Context.Relay.Limits.Descriptors.Return();
        }
    }

    public void EndSome(EndReason reason, int oneIn)
    {
        foreach (var session in _sessions.ToList().Where(_ => DrainPace.IsDue(oneIn)))
        {
            session.End(reason);
        }
    }

    public void EndSessions(EndReason reason)
    {
        _closing.Cancel();
        foreach (var session in _sessions.ToList())
        {
            session.End(reason);
        }
    }

    public void Dispose()
    {
        StopListening();
        _closing.Dispose();
    }

    public void Ended(TcpSession session, ClientEndpoint client)
    {
        _sessions.Remove(session);
        State.Gate.Leave(client.Address, Context.Clock.NowMs);
        Context.Relay.Limits.Descriptors.Return(2);
        Context.Relay.Limits.Connections.Return();
        Context.SessionEnded();
    }

    private void Admit(Socket socket)
    {
        ClientEndpoint client;
        try
        {
            client = ClientEndpoint.From((IPEndPoint)socket.RemoteEndPoint!);
            if (!TcpSockets.AcceptedInherit)
            {
                TcpSockets.Configure(socket);
            }
        }
        catch (SocketException)
        {
            // Already reset by its client.
            socket.Dispose();
            return;
        }

        if (TryTakeLimits(client, out var refusal))
        {
            var session = new TcpSession(this, socket, client);
            Context.SessionBegan();
            _sessions.Add(session);
            if (Volatile.Read(ref _isStopped) == 1 && _closing.IsCancellationRequested)
            {
                session.End(EndReason.PortClosed);
            }

            _ = session.RunAsync();
            return;
        }

        TcpSockets.Reset(socket);
        Interlocked.Increment(ref State.Meter.CellsOf(0).Refused(refusal));
        Log.Refused(client, refusal);
    }

    private bool TryTakeLimits(ClientEndpoint client, out RefusalReason refusal)
    {
        var limits = Context.Relay.Limits;
        refusal = RefusalReason.Shed;
        if (!limits.Connections.TryTake())
        {
            return false;
        }

        if (limits.Descriptors.TryTake(2))
        {
            if (State.Gate.TryEnter(State.Rules, client.Address, Context.Clock.NowMs, out refusal))
            {
                return true;
            }

            limits.Descriptors.Return(2);
        }

        limits.Connections.Return();
        return false;
    }
}
