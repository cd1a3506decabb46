using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.ProxyHeaders;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <content>Getting a backend, telling it who the client is, and going to another one when it refuses.</content>
internal sealed partial class UdpSession
{
    /// <summary>The first datagram to a backend is kept this long for the next one, unless an answer comes before: a refusal is here within a round trip.</summary>
    private const long KeepFirstMs = 1_000;

    private byte[]? _first;
    private int _firstLength;

    /// <summary>Sends a datagram to a backend that it picks; where there is none, the datagram waits or is dropped.</summary>
    private void Deliver(ReadOnlySpan<byte> datagram)
    {
        if (_held is not null && !Retry())
        {
            // One waits already.
            Cells.DatagramsDropped++;
            return;
        }

        if (_upstream >= 0)
        {
            if (Kernel.Send(_upstream, datagram) is var error && error < 0)
            {
                Failed(error, datagram);
            }

            return;
        }

        // Asked before the backends are: one that is verified in between, by another thread, must not be passed by and then not be waited for.
        var holdMs = HoldMs();
        while (TryAttach())
        {
            var error = SendFirst(datagram);
            if (error >= 0)
            {
                Keep(datagram);
                return;
            }

            Note(error);
        }

        Hold(datagram, holdMs);
    }

    /// <summary>The datagram was not taken. Where that is the backend's failure, it goes to another one.</summary>
    private void Failed(int error, ReadOnlySpan<byte> datagram)
    {
        if (!IsBackendFailure(error))
        {
            Cells.DatagramsDropped++;
            return;
        }

        // The first one to this backend did not arrive either, and goes before this one.
        Refused(error);
        if (_hasEnded || _held is not null)
        {
            Cells.DatagramsDropped++;
            return;
        }

        Deliver(datagram);
    }

    private bool TryAttach()
    {
        while (Pick() is { } backend)
        {
            _backend = backend;
            _attachedAtMs = _loop.Now;
            var error = Connect(SocketName.From(backend.Address));
            if (error < 0)
            {
                Note(error);
                continue;
            }

            Cells.Accepted += _isAccepted ? 0 : 1;
            _isAccepted = true;
            _isSpent = false;
            return true;
        }

        return false;
    }

    /// <summary>However many datagrams come, those that refused are left alone for a while.</summary>
    private BackendState? Pick()
    {
        var state = _listener.State;
        do
        {
            if (state.Picker.Pick(state.Backends, state.Rules.Policy.Balance, Client.Address, _loop.Now, _tried, canConnect: false) is { } backend)
            {
                return backend;
            }
        }
        while (_tried.TryForget(_loop.Now));
        return null;
    }

    private int Connect(in SocketName name)
    {
        _upstream = Kernel.Socket(name.Family, SOCK_DGRAM);
        if (_upstream < 0)
        {
            return _upstream;
        }

        if (_listener.Context.UpstreamPorts.Value is var range && range != 0)
        {
            _ = Kernel.SetOption(_upstream, IPPROTO_IP, IP_LOCAL_PORT_RANGE, range);
        }

        // Runs that the backend sends, or its network brings, come as one. Systems before Linux 5.0 do not know it.
        _ = Kernel.SetOption(_upstream, IPPROTO_UDP, UDP_GRO, 1);
        var error = Kernel.Connect(_upstream, name);
        return error < 0 ? error : _loop.Watch(_upstream, EPOLLIN | EPOLLET, this, 0);
    }

    /// <summary>Counts a failure and lets go of the backend.</summary>
    private void Note(int error)
    {
        var backend = _backend!;
        _tried.Add(backend, _loop.Now);
        if (IsBackendFailure(error))
        {
            Cells.ConnectFailures++;
            _listener.Log.SetAside(backend, backend.Udp.Failed(_attachedAtMs, _loop.Now));
        }

        Detach();
    }

    private int SendFirst(ReadOnlySpan<byte> datagram)
    {
        if (_listener.State.Rules.Policy.ProxyHeader == ProxyHeader.V2)
        {
            var local = new ClientEndpoint(_local.IsKnown ? _local.Address : _listener.BoundAddress, (ushort)_listener.Port.Port);
            var length = ProxyHeaderWriter.Write(_loop.Transfer, ProxyHeader.V2, Transport.Udp, Client, local, _listener.Port.Owner);
            datagram.CopyTo(_loop.Transfer.AsSpan(length));
            datagram = _loop.Transfer.AsSpan(0, length + datagram.Length);
        }

        var error = Kernel.Send(_upstream, datagram);
        if (error is -Errno.MessageTooLong or -Errno.Again)
        {
            // With its header it is longer than a datagram can be, or our buffers are full: lost, and nobody's failure. The next one begins anew, so
            // that the backend gets a header.
            Cells.DatagramsDropped++;
            Detach();
            return 0;
        }

        return error;
    }

    /// <summary>The system says so, after the fact: what is kept goes to another backend.</summary>
    private void Refused(int error)
    {
        if (!IsBackendFailure(error))
        {
            return;
        }

        var first = _first;
        var length = _firstLength;
        _first = null;
        Note(error);
        if (first is not null)
        {
            Deliver(first.AsSpan(0, length));
            _loop.Buffers.Return(first);
        }

        if (!_hasEnded)
        {
            ArmTimer();
        }
    }

    private void Detach()
    {
        ReturnFirst();
        if (_upstream >= 0)
        {
            Kernel.Close(_upstream);
            _upstream = -1;
        }

        _backend?.Udp.Release();
        _backend = null;
    }

    private void Keep(ReadOnlySpan<byte> datagram)
    {
        ReturnFirst();
        if (_upstream < 0)
        {
            // It was dropped on the way.
            return;
        }

        _first = _loop.Buffers.Rent(datagram.Length);
        _firstLength = datagram.Length;
        datagram.CopyTo(_first);
        ArmTimer();
    }

    private void ReturnFirst()
    {
        if (_first is not null)
        {
            _loop.Buffers.Return(_first);
            _first = null;
        }
    }

    private static bool IsBackendFailure(int error) => -error is Errno.ConnectionRefused or Errno.ConnectionReset
        or Errno.HostUnreachable or Errno.NetworkUnreachable or Errno.HostDown or Errno.NetworkDown;
}
