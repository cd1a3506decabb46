namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <content>One timer for all that a session may wait for: the end of its idleness, of its wait for a backend, of the time that its first datagram is kept or backends that refused are left alone.</content>
internal sealed partial class UdpSession
{
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
        else if (_isSpent && _loop.Now >= _tried.RetryAtMs)
        {
            GiveUp();
            return;
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
            due = _tried.Count > 0 ? Math.Min(_heldUntilMs, _tried.RetryAtMs) : _heldUntilMs;
        }
        else if (_isSpent)
        {
            due = _tried.RetryAtMs;
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
}
