using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.ProxyHeaders;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <content>From admission to a connected backend.</content>
internal sealed partial class TcpSession
{
    /// <summary>While it waits with backends that failed, it asks them again this often.</summary>
    private const long RetryMs = 1_000;

    private const uint ReadEvents = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET;
    private const uint ReadAndWriteEvents = ReadEvents | EPOLLOUT;

    /// <summary>Asks backends until one is on its way, or none is left.</summary>
    private void FindBackend()
    {
        var state = _listener.State;
        while (true)
        {
            var target = state.Picker.Pick(state.Backends, state.Rules.Policy.Balance, _source.Address, _loop.Now, _tried, canConnect: true);
            if (target is null)
            {
                NoBackend();
                return;
            }

            _target = target;
            var error = TryConnect(SocketName.From(target.Address));
            if (error == 0)
            {
                return;
            }

            if (IsOurShortage(error))
            {
                Refuse(RefusalReason.Shed);
                return;
            }

            GiveUpAttempt(failed: true);
        }
    }

    /// <summary>0 where it is on its way, or a negative error number.</summary>
    private int TryConnect(in SocketName name)
    {
        var descriptor = Kernel.Socket(name.Family, SOCK_STREAM);
        if (descriptor < 0)
        {
            return descriptor;
        }

        _backend = StreamSide.Of(descriptor);
        if (_listener.Context.UpstreamPorts.Value is var range && range != 0)
        {
            _ = Kernel.SetOption(descriptor, IPPROTO_IP, IP_LOCAL_PORT_RANGE, range);
        }

        // The client's socket has it from the listener.
        _ = Kernel.SetOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
        _since = _loop.Now;
        var error = Kernel.Connect(descriptor, name);
        if (error is < 0 and not -Errno.InProgress)
        {
            return error;
        }

        error = _loop.Watch(descriptor, ReadAndWriteEvents, this, BackendSide);
        if (error < 0)
        {
            return error;
        }

        _backend.WatchesWrites = true;
        _loop.Arm(this, _listener.State.Rules.ConnectTimeoutMs);
        return 0;
    }

    private static bool IsOurShortage(int error) => -error is Errno.TooManyFiles or Errno.FileTableFull or Errno.NoMemory or Errno.NoBuffers
        or Errno.AddressNotAvailable or Errno.AddressInUse;

    /// <summary>Leaves the backend that was being asked.</summary>
    private void GiveUpAttempt(bool failed)
    {
        var target = _target!;
        if (_backend.Descriptor >= 0)
        {
            // Nothing was sent yet. An attempt that goes on in the kernel must not end as a connection that nobody wanted.
            Kernel.Reset(_backend.Descriptor);
        }

        _backend = StreamSide.Of(-1);
        _gaveUpInRound = _loop.Round;
        if (failed)
        {
            _listener.Cells.ConnectFailures++;
            _listener.Log.SetAside(target, target.Tcp.Failed(_since, _loop.Now));
            _tried.Add(target);
            _hasFailed = true;
        }

        target.Tcp.Release();
        _target = null;
        _loop.Disarm(this);
    }

    /// <summary>None is left to ask: waits for one as long as the rules say, and with backends that failed, asks them again meanwhile.</summary>
    private void NoBackend()
    {
        var left = _giveUpAtMs - _loop.Now;
        if (left <= 0 || !_listener.Port.Held.TryTake())
        {
            Refuse(_hasFailed ? RefusalReason.BackendsUnreachable : RefusalReason.NoBackend);
            return;
        }

        _stage = Stage.Held;
        _loop.Arm(this, _hasFailed ? Math.Min(left, RetryMs) : left);
    }

    private void TryAgain()
    {
        LeaveHold();
        _tried.Clear();
        FindBackend();
    }

    private void LeaveHold()
    {
        if (_stage == Stage.Held)
        {
            _stage = Stage.Connecting;
            _listener.Port.Held.Return();
            _loop.Disarm(this);
        }
    }

    private void ConnectReady(uint events)
    {
        if ((events & (EPOLLERR | EPOLLHUP)) != 0)
        {
            GiveUpAttempt(failed: true);
            FindBackend();
            return;
        }

        if ((events & EPOLLOUT) == 0)
        {
            return;
        }

        var target = _target!;
        if (target.IsGone)
        {
            GiveUpAttempt(failed: false);
            FindBackend();
            return;
        }

        _listener.Log.Back(target, target.Tcp.Succeeded());
        target.MarkVerified();
        _stage = Stage.Relaying;
        _listener.Cells.Accepted++;
        _listener.Context.Metrics.Connected(_listener.Port.Port, Transport.Tcp, (_loop.Now - _since) / 1000.0);
        _lastActive = _loop.Now;
        ArmForRelay();
        WriteProxyHeader();
        Relay();
    }

    private void WriteProxyHeader()
    {
        var version = _listener.State.Rules.Policy.ProxyHeader;
        if (version == ProxyHeader.None)
        {
            return;
        }

        _ = Kernel.GetLocalName(_client.Descriptor, out var local);
        var localEnd = new ClientEndpoint(local.ToClientAddress(), (ushort)local.Port);
        var length = ProxyHeaderWriter.Write(_loop.Transfer, version, Transport.Tcp, _source, localEnd, _listener.Port.Owner);
        _backend.Keep(_loop, 0, length);
        _backend.Blocked = false;
    }
}
