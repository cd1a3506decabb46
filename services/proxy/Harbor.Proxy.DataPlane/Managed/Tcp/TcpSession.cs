using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Metrics;
using Harbor.Proxy.DataPlane.ProxyHeaders;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>
/// One client's connection from its admission to its end. Owns the client's socket from the start and the backend's from the connect on, and what its
/// admission took: the place at the gate, descriptors, the place in the lists. All go back once, when <see cref="RunAsync"/> ends.
/// Others may end it at any time (<see cref="End"/>): that resets the sockets, and the loops notice.
/// </summary>
internal sealed partial class TcpSession(TcpPortListener listener, Socket client, ClientEndpoint clientEndpoint) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TransportCells _cells = listener.State.Meter.CellsOf(Environment.CurrentManagedThreadId % TcpPortListener.Shards);
    private Socket? _upstream;
    private BackendState? _backend;
    private bool _isRelaying;
    private EndReason? _end;
    private long _lastByteMs = listener.Context.Clock.NowMs;
    private int _closedSides;
    private bool _clientClosedFirst;

    public RelayBuffers Buffers => listener.Context.Buffers;

    /// <summary>Never throws: its caller does not wait for it.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (await ConnectAsync() is { } refusal)
            {
                Interlocked.Increment(ref _cells.Refused(refusal));
                listener.Log.Refused(clientEndpoint, refusal);
                TcpSockets.Reset(client);
            }
            else
            {
                Interlocked.Increment(ref _cells.Accepted);
                var end = _end ?? await RelayAsync();
                Interlocked.Increment(ref _cells.Ended(end));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A bug; it must cost this connection only.
            listener.Log.ConnectionFailed(clientEndpoint, e);
            Interlocked.Increment(ref _cells.Ended(End(EndReason.Internal)));
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Called by <see cref="RunAsync"/> alone: everybody else says <see cref="End"/>.</summary>
    public void Dispose()
    {
        client.Dispose();
        ReleaseBackend();
        listener.Ended(this, clientEndpoint);
    }

    /// <summary>Resets both sides, unless it has already ended. Returns why it ended.</summary>
    public EndReason End(EndReason reason)
    {
        lock (_lock)
        {
            if (_end is { } ended)
            {
                return ended;
            }

            _end = reason;
            TcpSockets.Reset(client);
            if (_upstream is not null)
            {
                TcpSockets.Reset(_upstream);
            }

            return reason;
        }
    }

    /// <summary>The backend left the port: reset, or where it is not yet connected, go to another one.</summary>
    public void BackendGone(BackendState backend)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_backend, backend))
            {
                return;
            }

            if (_isRelaying)
            {
                End(EndReason.BackendGone);
            }
            else
            {
                _upstream?.Dispose();
            }
        }
    }

    public void Sweep(long nowMs)
    {
        var silentMs = nowMs - Volatile.Read(ref _lastByteMs);
        var idleMs = listener.State.Rules.IdleTimeoutMs;
        var isHalfClosed = Volatile.Read(ref _closedSides) == 1;
        if (Volatile.Read(ref _isRelaying) && ((idleMs > 0 && silentMs >= idleMs) || (isHalfClosed && silentMs >= listener.HalfCloseMs)))
        {
            End(EndReason.Idle);
        }
    }

    public void Received(int count, bool isFromClient)
    {
        Interlocked.Add(ref isFromClient ? ref _cells.BytesIn : ref _cells.BytesOut, count);
        Volatile.Write(ref _lastByteMs, listener.Context.Clock.NowMs);
    }

    public void SideClosed(bool isClient)
    {
        Volatile.Write(ref _lastByteMs, listener.Context.Clock.NowMs);
        if (Interlocked.Increment(ref _closedSides) == 1)
        {
            _clientClosedFirst = isClient;
        }
    }

    private async Task<EndReason> RelayAsync()
    {
        var upstream = _upstream!;
        if (!await SendHeaderAsync(upstream))
        {
            return End(EndReason.BackendReset);
        }

        var fromClient = TcpRelay.PumpAsync(client, upstream, this, isFromClient: true);
        var fromBackend = TcpRelay.PumpAsync(upstream, client, this, isFromClient: false);
        var first = await Task.WhenAny(fromClient, fromBackend);
        EndIfFailed(await first, isFromClient: first == fromClient);
        EndIfFailed(await fromClient, isFromClient: true);
        EndIfFailed(await fromBackend, isFromClient: false);
        lock (_lock)
        {
            return _end ??= _clientClosedFirst ? EndReason.ClientClosed : EndReason.BackendClosed;
        }
    }

    /// <summary>A lost side takes the other with it at once, by a reset.</summary>
    private void EndIfFailed(TcpPumpEnd end, bool isFromClient)
    {
        if (end != TcpPumpEnd.Closed)
        {
            End((end == TcpPumpEnd.ReadFailed) == isFromClient ? EndReason.ClientReset : EndReason.BackendReset);
        }
    }

    private async ValueTask<bool> SendHeaderAsync(Socket upstream)
    {
        var version = listener.State.Rules.Policy.ProxyHeader;
        if (version == ProxyHeader.None)
        {
            return true;
        }

        var buffer = Buffers.Rent(ProxyHeaderWriter.MaxLength);
        try
        {
            var local = ClientEndpoint.From((IPEndPoint)client.LocalEndPoint!);
            var length = ProxyHeaderWriter.Write(buffer, version, Transport.Tcp, clientEndpoint, local, listener.Port.Owner);
            return await TcpRelay.SendAllAsync(upstream, buffer.AsMemory(0, length));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            Buffers.Return(buffer);
        }
    }
}
