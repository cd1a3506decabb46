namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <content>The one timer of a session: waiting for a backend, connecting to it, and while bytes go both ways idleness, half-close and the start of keepalive.</content>
internal sealed partial class TcpSession
{
    /// <summary>Shorter connections never pay for a keepalive; their peers are plainly there.</summary>
    private const long KeepAliveAfterMs = 15_000;

    private bool _keepsAlive;

    private bool IsHalfClosed => _client.Ended != _backend.Ended;

    internal override void OnTimer()
    {
        switch (_stage)
        {
            case Stage.Held:
                TryAgain();
                return;
            case Stage.Connecting:
                GiveUpAttempt(failed: true);
                FindBackend();
                return;
            default:
                OnRelayTimer();
                return;
        }
    }

    private void ArmForRelay()
    {
        var idle = _listener.State.Rules.IdleTimeoutMs;
        var silent = _loop.Now - _lastActive;
        var delay = idle > 0 ? Math.Max(0, idle - silent) : long.MaxValue;
        if (IsHalfClosed)
        {
            delay = Math.Min(delay, Math.Max(0, _listener.HalfCloseMs - silent));
        }

        if (!_keepsAlive)
        {
            delay = Math.Min(delay, KeepAliveAfterMs);
        }

        if (delay == long.MaxValue)
        {
            _loop.Disarm(this);
        }
        else
        {
            _loop.Arm(this, delay);
        }
    }

    private void OnRelayTimer()
    {
        var idle = _listener.State.Rules.IdleTimeoutMs;
        var silent = _loop.Now - _lastActive;
        if ((idle > 0 && silent >= idle) || (IsHalfClosed && silent >= _listener.HalfCloseMs))
        {
            End(EndReason.Idle, reset: true);
            return;
        }

        if (!_keepsAlive)
        {
            _keepsAlive = true;
            KeepAlive.Start(_client.Descriptor);
            KeepAlive.Start(_backend.Descriptor);
        }

        ArmForRelay();
    }
}
