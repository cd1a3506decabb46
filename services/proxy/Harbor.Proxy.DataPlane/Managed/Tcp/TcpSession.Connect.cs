using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Admission;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>From admission to a connected backend: pick, connect, on failure the next one, and where there is none, wait as long as the policy says.</summary>
internal sealed partial class TcpSession
{
    /// <summary>While it waits with backends set aside, it tries them again this often.</summary>
    private const long RetryMs = 1_000;

    /// <summary>Null where a backend is connected (or the session was ended meanwhile), else why not.</summary>
    private async Task<RefusalReason?> ConnectAsync()
    {
        var rules = listener.State.Rules;
        var tried = new TriedBackends();
        var giveUpAtMs = listener.Context.Clock.NowMs + rules.HoldMs;
        var hasFailed = false;
        while (_end is null)
        {
            var changed = rules.HoldMs > 0 ? listener.Changed.Next : Task.CompletedTask;
            var nowMs = listener.Context.Clock.NowMs;
            var backend = listener.State.Picker.Pick(listener.State.Backends, rules.Policy.Balance, clientEndpoint.Address, nowMs, tried, canConnect: true);
            if (backend is not null)
            {
                switch (await TryConnectAsync(backend, rules, nowMs))
                {
                    case TcpConnectResult.Connected:
                        return null;
                    case TcpConnectResult.OutOfResources:
                        return RefusalReason.Shed;
                    case TcpConnectResult.Failed:
                        hasFailed = true;
                        tried.Add(backend);
                        break;
                }

                continue;
            }

            var reason = hasFailed ? RefusalReason.BackendsUnreachable : RefusalReason.NoBackend;
            if (nowMs >= giveUpAtMs || !await HoldAsync(changed, Math.Min(giveUpAtMs - nowMs, hasFailed ? RetryMs : long.MaxValue)))
            {
                return _end is null ? reason : null;
            }

            tried.Clear();
        }

        return null;
    }

    /// <summary>False where too many wait already, or the port closes.</summary>
    private async Task<bool> HoldAsync(Task changed, long milliseconds)
    {
        if (!listener.Port.Held.TryTake())
        {
            return false;
        }

        try
        {
            await changed.WaitAsync(TimeSpan.FromMilliseconds(milliseconds), listener.Context.Clock.Time, listener.Closing);
            return true;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            listener.Port.Held.Return();
        }
    }

    private async Task<TcpConnectResult> TryConnectAsync(BackendState backend, AdmissionRules rules, long startedAtMs)
    {
        var clock = listener.Context.Clock;
        try
        {
            var upstream = NewUpstream(backend);
            using (var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(rules.ConnectTimeoutMs), clock.Time))
            {
                await upstream.ConnectAsync(backend.Address, timeout.Token);
            }

            if (!TryBeginRelay(backend))
            {
                ReleaseBackend();
                return TcpConnectResult.Overtaken;
            }

            var nowMs = clock.NowMs;
            backend.MarkVerified();
            listener.Log.Back(backend, backend.Tcp.Succeeded());
            listener.Context.Relay.Metrics.Connected(listener.Port.Port, Transport.Tcp, (nowMs - startedAtMs) / 1000.0);
            Volatile.Write(ref _lastByteMs, nowMs);
            return TcpConnectResult.Connected;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse)
        {
            ReleaseBackend();
            return TcpConnectResult.OutOfResources;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            ReleaseBackend();
            if (backend.IsGone || _end is not null)
            {
                return TcpConnectResult.Overtaken;
            }

            Interlocked.Increment(ref _cells.ConnectFailures);
            listener.Log.SetAside(backend, backend.Tcp.Failed(startedAtMs, clock.NowMs));
            return TcpConnectResult.Failed;
        }
    }

    private Socket NewUpstream(BackendState backend)
    {
        lock (_lock)
        {
            _backend = backend;
            _upstream = new Socket(backend.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            TcpSockets.Configure(_upstream);
            listener.Context.Relay.UpstreamPorts.TryApply(_upstream);
            return _upstream;
        }
    }

    /// <summary>False where the backend or the session ended while it connected; after true, <see cref="BackendGone"/> resets.</summary>
    private bool TryBeginRelay(BackendState backend)
    {
        lock (_lock)
        {
            if (_end is not null || backend.IsGone)
            {
                return false;
            }

            _isRelaying = true;
            return true;
        }
    }

    private void ReleaseBackend()
    {
        lock (_lock)
        {
            _upstream?.Dispose();
            _upstream = null;
            _backend?.Tcp.Release();
            _backend = null;
        }
    }
}
