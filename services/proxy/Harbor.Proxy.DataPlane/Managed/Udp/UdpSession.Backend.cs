using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.ProxyHeaders;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>Getting a backend, telling it who the client is, and going to another one when it refuses. All of it under the session's lock.</summary>
internal sealed partial class UdpSession
{
    /// <summary>A burst of answers to one client.</summary>
    private const int ReceiveBufferSize = 1 << 20;

    /// <summary>Sends a datagram to a backend that it picks; where there is none, the datagram waits or is dropped.</summary>
    private void Deliver(ReadOnlyMemory<byte> datagram)
    {
        // Asked before the backends are: one that is verified in between, by another thread, must not be passed by and then not be waited for.
        var holdMs = HoldMs();
        while (TryAttach() is { } upstream)
        {
            if (TrySendFirst(upstream, datagram, out var error))
            {
                return;
            }

            Note(error);
        }

        Hold(datagram, holdMs);
    }

    /// <summary>The backend refused, or cannot be reached: its failure, and the datagram goes to another one.</summary>
    private void Failed(SocketError error, ReadOnlyMemory<byte> datagram)
    {
        if (!IsBackendFailure(error))
        {
            listener.Dropped();
            return;
        }

        // The first one to this backend did not arrive either, and goes before this one.
        DeliverKept(error);
        if (_hasEnded || _held is not null)
        {
            listener.Dropped();
            return;
        }

        Pass(datagram);
    }

    /// <summary>To the backend that the session has, or else to one that it picks.</summary>
    private void Pass(ReadOnlyMemory<byte> datagram)
    {
        if (_upstream is null)
        {
            Deliver(datagram);
        }
        else if (!TrySend(_upstream, datagram.Span, out var error))
        {
            Failed(error, datagram);
        }
    }

    private Socket? TryAttach()
    {
        var nowMs = listener.Context.Clock.NowMs;
        while (Pick(nowMs) is { } backend)
        {
            _backend = backend;
            _attachedAtMs = nowMs;
            try
            {
                _upstream = new Socket(backend.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = ReceiveBufferSize };
                listener.Context.Relay.UpstreamPorts.TryApply(_upstream);
                _upstream.Connect(backend.Address);
            }
            catch (SocketException e)
            {
                Note(e.SocketErrorCode);
                continue;
            }

            Interlocked.Add(ref _cells.Accepted, _isAccepted ? 0 : 1);
            _isAccepted = true;
            _isSpent = false;
            _ = ReceiveAsync(_upstream);
            return _upstream;
        }

        return null;
    }

    /// <summary>However many datagrams come, those that refused are left alone for a while.</summary>
    private BackendState? Pick(long nowMs)
    {
        do
        {
            var state = listener.State;
            if (state.Picker.Pick(state.Backends, state.Rules.Policy.Balance, _origin.Client.Address, nowMs, _tried, canConnect: false) is { } backend)
            {
                return backend;
            }
        }
        while (_tried.TryForget(nowMs));
        return null;
    }

    /// <summary>Counts a failure and lets go of the backend.</summary>
    private void Note(SocketError error)
    {
        var backend = _backend!;
        var nowMs = listener.Context.Clock.NowMs;
        _tried.Add(backend, nowMs);
        if (IsBackendFailure(error))
        {
            Interlocked.Increment(ref _cells.ConnectFailures);
            listener.Log.SetAside(backend, backend.Udp.Failed(_attachedAtMs, nowMs));
        }

        Detach();
    }

    /// <summary>With the header where one is asked for, and kept for the next backend in case this one refuses.</summary>
    private bool TrySendFirst(Socket upstream, ReadOnlyMemory<byte> datagram, out SocketError error)
    {
        var isSent = listener.State.Rules.Policy.ProxyHeader == ProxyHeader.V2
            ? TrySendWithHeader(upstream, datagram.Span, out error)
            : TrySend(upstream, datagram.Span, out error);
        if (error == SocketError.MessageSize)
        {
            // With its header it is longer than a datagram can be: lost, and nobody's failure. The next one begins anew, so that the backend gets a header.
            listener.Dropped();
            Detach();
            return true;
        }

        if (isSent)
        {
            Keep(datagram);
        }

        return isSent;
    }

    private bool TrySendWithHeader(Socket upstream, ReadOnlySpan<byte> datagram, out SocketError error)
    {
        var buffer = listener.Context.Buffers.Rent(ProxyHeaderWriter.MaxLength + datagram.Length);
        try
        {
            var local = new Addresses.ClientEndpoint(_origin.Local == default ? listener.LocalAddress : _origin.Local, (ushort)listener.Port.Port);
            var length = ProxyHeaderWriter.Write(buffer, ProxyHeader.V2, Transport.Udp, _origin.Client, local, listener.Port.Owner);
            datagram.CopyTo(buffer.AsSpan(length));
            return TrySend(upstream, buffer.AsSpan(0, length + datagram.Length), out error);
        }
        finally
        {
            listener.Context.Buffers.Return(buffer);
        }
    }

    private static bool TrySend(Socket upstream, ReadOnlySpan<byte> datagram, out SocketError error)
    {
        upstream.Send(datagram, SocketFlags.None, out error);
        return error == SocketError.Success;
    }

    private async Task ReceiveAsync(Socket upstream)
    {
        while (true)
        {
            byte[]? buffer = null;
            try
            {
                await upstream.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek);
                buffer = listener.Context.Buffers.Rent();
                do
                {
                    var length = await upstream.ReceiveAsync(buffer.AsMemory(0, RelayBuffers.Size), SocketFlags.None);
                    FromBackend(upstream, buffer.AsSpan(0, length));
                }
                while (upstream.Available > 0);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (!Refused(upstream, e.SocketErrorCode))
                {
                    return;
                }
            }
            finally
            {
                if (buffer is not null)
                {
                    listener.Context.Buffers.Return(buffer);
                }
            }
        }
    }

    /// <summary>The system says so, after the fact. True where the socket goes on.</summary>
    private bool Refused(Socket upstream, SocketError error)
    {
        lock (_lock)
        {
            if (_hasEnded || !ReferenceEquals(upstream, _upstream))
            {
                return false;
            }

            if (!IsBackendFailure(error))
            {
                return true;
            }

            DeliverKept(error);
            return false;
        }
    }

    private void Detach()
    {
        ReturnFirst();
        _upstream?.Dispose();
        _upstream = null;
        _backend?.Udp.Release();
        _backend = null;
    }

    private static bool IsBackendFailure(SocketError error) => error is SocketError.ConnectionRefused or SocketError.ConnectionReset
        or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown;
}
