using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <content>Bytes both ways, until both sides have closed, one has reset, or time is up.</content>
internal sealed partial class TcpSession
{
    /// <summary>Transfers before the loop's other sessions get their turn: about a quarter of a millisecond.</summary>
    private const int TransfersPerTurn = 4;

    private enum Progress
    {
        /// <summary>Nothing more to do before epoll says so.</summary>
        Waits,
        HasMore,

        /// <summary>The session has ended.</summary>
        Ended,
    }

    internal override void OnReady(uint events, int side)
    {
        if (side == BackendSide && _gaveUpInRound == _loop.Round)
        {
            // Of the attempt that was given up in this very round. Taken for the next one's, it would make a backend out of nothing, or a failure of a good one.
            return;
        }

        ref var ready = ref side == ClientSide ? ref _client : ref _backend;
        ready.FinIsIn |= (events & (EPOLLRDHUP | EPOLLERR)) == EPOLLRDHUP;
        ready.HasUrgent |= (events & EPOLLPRI) != 0;
        ready.HungUp |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        ready.Readable |= (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        ready.Blocked &= (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) == 0;
        if (_stage == Stage.Relaying)
        {
            Relay();
        }
        else if (side == BackendSide)
        {
            ConnectReady(events);
        }
        else if ((events & EPOLLERR) != 0)
        {
            Abort(EndReason.ClientReset);
        }
    }

    internal override void OnTurn() => Relay();

    private void Relay()
    {
        var toBackend = Pump(ref _client, ref _backend, EndReason.ClientReset, EndReason.BackendReset, ref _listener.Cells.BytesIn);
        if (toBackend == Progress.Ended)
        {
            return;
        }

        var toClient = Pump(ref _backend, ref _client, EndReason.BackendReset, EndReason.ClientReset, ref _listener.Cells.BytesOut);
        if (toClient == Progress.HasMore || (toBackend == Progress.HasMore && toClient == Progress.Waits))
        {
            _loop.TakeTurn(this);
        }
    }

    /// <summary>One direction: what waits first, then as much as there is, within a turn's bounds.</summary>
    private Progress Pump(ref StreamSide from, ref StreamSide to, EndReason fromReset, EndReason toReset, ref long bytes)
    {
        if (to.HasWaiting)
        {
            if (to.Blocked)
            {
                return OnBlocked(ref from, ref to, fromReset);
            }

            var sent = to.SendWaiting(_loop);
            if (sent < 0 && sent != -Errno.Again)
            {
                return Fail(toReset);
            }

            _lastActive = _loop.Now;
            if (to.HasWaiting)
            {
                return OnBlocked(ref from, ref to, fromReset);
            }
        }

        if (from.Ended)
        {
            return Finish(ref from, ref to);
        }

        for (var transfer = 0; transfer < TransfersPerTurn; transfer++)
        {
            if (!from.Readable)
            {
                return Progress.Waits;
            }

            if (!from.HasUrgent && to.PipeFor(_loop) is { } pipe)
            {
                if (Splice(ref from, ref to, pipe, fromReset, toReset, ref bytes) is { } end)
                {
                    return end;
                }

                continue;
            }

            var received = Kernel.Receive(from.Descriptor, _loop.Transfer);
            if (received <= 0)
            {
                from.Readable = false;
                if (received == -Errno.Again)
                {
                    return Progress.Waits;
                }

                from.Ended = received == 0;
                return from.Ended ? Finish(ref from, ref to) : Fail(fromReset);
            }

            bytes += received;
            _lastActive = _loop.Now;
            to.Moved(received, _loop.Transfer.Length);
            // A short read has emptied the socket; what comes later is a new edge. Where the FIN had come before, that was all, and it leaves in one
            // packet with ours. (Urgent data alone also cuts a read short.)
            var isShort = received < _loop.Transfer.Length;
            from.Ended = isShort && from.FinIsIn && !from.HasUrgent;
            from.Readable = !from.Ended && (!isShort || from.HungUp);
            var sent = Kernel.Send(to.Descriptor, _loop.Transfer.AsSpan(0, received), moreFollows: from.Ended);
            if (sent < received)
            {
                if (sent < 0 && sent != -Errno.Again)
                {
                    return Fail(toReset);
                }

                sent = Math.Max(0, sent);
                to.Keep(_loop, sent, received - sent);
                return OnBlocked(ref from, ref to, fromReset);
            }

            if (from.Ended)
            {
                return Finish(ref from, ref to);
            }
        }

        return Progress.HasMore;
    }

    /// <summary>One transfer through a pipe, which is empty before. Null where it went through whole, and there may be more.</summary>
    private Progress? Splice(ref StreamSide from, ref StreamSide to, SplicePipe pipe, EndReason fromReset, EndReason toReset, ref long bytes)
    {
        var taken = pipe.Fill(from.Descriptor);
        if (taken <= 0)
        {
            from.Readable = false;
            to.ReturnPipe(_loop);
            if (taken == -Errno.Again)
            {
                return Progress.Waits;
            }

            from.Ended = taken == 0;
            return from.Ended ? Finish(ref from, ref to) : Fail(fromReset);
        }

        bytes += taken;
        _lastActive = _loop.Now;
        to.Moved(taken, BufferPool.SmallSize);
        _loop.MovedBulk();
        while (to.HasWaiting)
        {
            var given = to.SendWaiting(_loop);
            if (given < 0)
            {
                return given == -Errno.Again ? OnBlocked(ref from, ref to, fromReset) : Fail(toReset);
            }
        }

        return null;
    }

    /// <summary>The receiver is slower than the sender: the kernel's buffers fill, and hold the sender back.</summary>
    private Progress OnBlocked(ref StreamSide from, ref StreamSide to, EndReason fromReset)
    {
        if (!to.WatchesWrites)
        {
            to.WatchesWrites = true;
            _ = _loop.Rewatch(to.Descriptor, ReadAndWriteEvents, this, to.Descriptor == _client.Descriptor ? ClientSide : BackendSide);
        }

        // A sender that has reset is not waited for: its error would be read only when the receiver takes what is left.
        return from.HungUp && !from.Ended && Kernel.TakeError(from.Descriptor) != 0 ? Fail(fromReset) : Progress.Waits;
    }

    /// <summary>One direction is done. Passes the FIN on, or closes both where the other direction was done before.</summary>
    private Progress Finish(ref StreamSide from, ref StreamSide to)
    {
        if (from.Finished)
        {
            // The first FIN told who began.
            End(_endedFirst, reset: false);
            return Progress.Ended;
        }

        if (!to.Finished)
        {
            _endedFirst = from.Descriptor == _client.Descriptor ? EndReason.ClientClosed : EndReason.BackendClosed;
            to.Finished = true;
            _lastActive = _loop.Now;
            _ = Kernel.ShutdownSend(to.Descriptor);
            ArmForRelay();
        }

        return Progress.Waits;
    }

    private Progress Fail(EndReason reason)
    {
        End(reason, reset: true);
        return Progress.Ended;
    }
}
