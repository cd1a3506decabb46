namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>Waiting for a backend with the one datagram that started it; what comes meanwhile is dropped. All of it under the session's lock.</summary>
internal sealed partial class UdpSession
{
    private byte[]? _held;
    private int _heldLength;
    private long _heldUntilMs;

    /// <summary>There may be a backend now. False where it goes on waiting.</summary>
    private bool Retry()
    {
        if (_held is not { } held || _hasEnded)
        {
            return true;
        }

        while (TryAttach() is { } upstream)
        {
            if (TrySendFirst(upstream, held.AsMemory(0, _heldLength), out var error))
            {
                ReturnHeld();
                return true;
            }

            Note(error);
        }

        return false;
    }

    private void Hold(ReadOnlyMemory<byte> datagram, long holdMs)
    {
        var nowMs = listener.Context.Clock.NowMs;
        // Not anew each time that a backend is tried in vain.
        _heldUntilMs = _heldUntilMs == 0 ? nowMs + holdMs : _heldUntilMs;
        if (nowMs >= _heldUntilMs || !listener.Port.Held.TryTake())
        {
            listener.Dropped();
            GiveUp();
            return;
        }

        _held = listener.Context.Buffers.Rent(datagram.Length);
        _heldLength = datagram.Length;
        datagram.CopyTo(_held);
        _isSpent = false;
    }

    /// <summary>A backend that has yet to be verified is waited for as long as a connection to it would be.</summary>
    private long HoldMs()
    {
        var rules = listener.State.Rules;
        foreach (ref readonly var member in listener.State.Backends.Members)
        {
            if (!member.State.IsVerified)
            {
                return Math.Max(rules.HoldMs, rules.ConnectTimeoutMs);
            }
        }

        return rules.HoldMs;
    }

    private void SweepHeld(long nowMs)
    {
        if (nowMs >= _heldUntilMs)
        {
            listener.Dropped();
            GiveUp();
        }
        else if (_tried.Count > 0)
        {
            Retry();
        }
    }

    /// <summary>Nothing waits any more. Backends that have just refused are not to be asked by the client's next datagram again: until they may be, the session stays.</summary>
    private void GiveUp()
    {
        if (_tried.Count > 0 && listener.Context.Clock.NowMs < _tried.RetryAtMs)
        {
            ReturnHeld();
            _heldUntilMs = 0;
            _isSpent = true;
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
            listener.Context.Buffers.Return(_held);
            listener.Port.Held.Return();
            _held = null;
        }
    }
}
