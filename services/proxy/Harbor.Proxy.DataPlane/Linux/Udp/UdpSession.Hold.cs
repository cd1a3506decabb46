namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <content>Waiting for a backend with the one datagram that started it; what comes meanwhile is dropped.</content>
internal sealed partial class UdpSession
{
    private byte[]? _held;
    private int _heldLength;
    private long _heldUntilMs;

    /// <summary>There may be a backend now. False where it goes on waiting.</summary>
    private bool Retry()
    {
        while (TryAttach())
        {
            var error = SendFirst(_held.AsSpan(0, _heldLength));
            if (error >= 0)
            {
                Keep(_held.AsSpan(0, _heldLength));
                ReturnHeld();
                ArmTimer();
                return true;
            }

            Note(error);
        }

        return false;
    }

    private void Hold(ReadOnlySpan<byte> datagram, long holdMs)
    {
        // Not anew each time that a backend is tried in vain.
        _heldUntilMs = _heldUntilMs == 0 ? _loop.Now + holdMs : _heldUntilMs;
        if (_loop.Now >= _heldUntilMs || !_listener.Port.Held.TryTake())
        {
            Cells.DatagramsDropped++;
            GiveUp();
            return;
        }

        _held = _loop.Buffers.Rent(datagram.Length);
        _heldLength = datagram.Length;
        datagram.CopyTo(_held);
        _isSpent = false;
        ArmTimer();
    }

    /// <summary>A backend that has yet to be verified is waited for as long as a connection to it would be.</summary>
    private long HoldMs()
    {
        var rules = _listener.State.Rules;
        foreach (ref readonly var member in _listener.State.Backends.Members)
        {
            if (!member.State.IsVerified)
            {
                return Math.Max(rules.HoldMs, rules.ConnectTimeoutMs);
            }
        }

        return rules.HoldMs;
    }

    /// <summary>Nothing waits any more. Backends that have just refused are not to be asked by the client's next datagram again: until they may be, the session stays.</summary>
    private void GiveUp()
    {
        if (_tried.Count > 0 && _loop.Now < _tried.RetryAtMs)
        {
            ReturnHeld();
            _heldUntilMs = 0;
            _isSpent = true;
            ArmTimer();
        }
        else if (_isAccepted)
        {
            End(_tried.Count > 0 ? EndReason.BackendReset : EndReason.BackendGone);
        }
        else
        {
            Refuse(_tried.Count > 0 ? RefusalReason.BackendsUnreachable : RefusalReason.NoBackend);
        }
    }

    private void ReturnHeld()
    {
        if (_held is not null)
        {
            _loop.Buffers.Return(_held);
            _listener.Port.Held.Return();
            _held = null;
        }
    }
}
