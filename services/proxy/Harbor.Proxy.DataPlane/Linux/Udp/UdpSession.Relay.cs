using Harbor.Proxy.DataPlane.Linux.Native;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <content>Datagrams both ways, a batch at a time.</content>
internal sealed partial class UdpSession
{
    /// <summary>The guard against amplification ends with this datagram of the client: who forges addresses sends one and cannot see an answer.</summary>
    private const int TrustedAfter = 3;

    /// <summary>Batches of answers before the loop's other sessions get their turn.</summary>
    private const int BatchesPerTurn = 4;

    /// <summary>A datagram of the client. True where it is the first one of the batch: the caller owes a <see cref="Flush"/>.</summary>
    public bool Take(DatagramBatch batch, int index)
    {
        if (!batch.IsOfSameRun(index))
        {
            _local = batch.Local(index);
        }

        _taken.Add(batch, index);
        return _taken.Count == 1;
    }

    /// <summary>Passes on what was taken.</summary>
    public void Flush(DatagramBatch batch)
    {
        var datagrams = _taken;
        _taken = default;
        _lastMs = _loop.Now;
        _datagramsIn += datagrams.Count;
        _bytesIn += datagrams.Bytes;
        Cells.BytesIn += datagrams.Bytes;
        while (datagrams.Count > 0 && !_hasEnded)
        {
            if (_upstream < 0)
            {
                Deliver(batch.Data(datagrams.First));
                datagrams.Remove(batch, 1);
                continue;
            }

            var error = DatagramRuns.Send(_loop.Datagrams.Sender, _upstream, batch, ref datagrams, default, default).Error;
            if (error == -Errno.Again)
            {
                // Our buffers are full: what is left would fare no better.
                break;
            }

            if (error < 0)
            {
                Failed(error, batch.Data(datagrams.First));
                datagrams.Remove(batch, 1);
            }
        }

        Cells.DatagramsDropped += datagrams.Count;
    }

    /// <summary>The backend answers, or the system says that it does not.</summary>
    internal override void OnReady(uint events, int side)
    {
        if (_upstream < 0)
        {
            // It was left in this very round, whose events still have its last.
            return;
        }

        var batch = _loop.Datagrams.Batch;
        for (var turn = 0; turn == 0 || batch.IsFull; turn++)
        {
            if (turn == BatchesPerTurn)
            {
                _loop.TakeTurn(this);
                return;
            }

            var count = batch.Receive(_upstream);
            _loop.Received(count);
            if (count > 0)
            {
                FromBackend(batch, count);
            }
            else if (count != -Errno.Again)
            {
                Refused(count);
                return;
            }
        }

        if (_upstream >= 0 && (events & EPOLLERR) != 0 && Kernel.TakeError(_upstream) is var error && error != 0)
        {
            Refused(-error);
        }
    }

    internal override void OnTurn()
    {
        if (_upstream >= 0)
        {
            OnReady(EPOLLIN | EPOLLERR, 0);
        }
    }

    private void FromBackend(DatagramBatch batch, int count)
    {
        Confirmed();
        DatagramChain allowed = default;
        for (var index = 0; index < count; index++)
        {
            if (!IsAmplification(allowed.Bytes + batch.Length(index)))
            {
                allowed.Add(batch, index);
            }
        }

        var sent = _listener.SendToClient(batch, ref allowed, _name, _local);
        Cells.DatagramsDropped += count - sent.Count;
        Cells.DatagramsOut += sent.Count;
        Cells.BytesOut += sent.Bytes;
        _bytesOut += sent.Bytes;
    }

    /// <summary>An answer shows that the backend is there.</summary>
    private void Confirmed()
    {
        _lastMs = _loop.Now;
        if (_first is not null)
        {
            ReturnFirst();
            ArmTimer();
        }

        _heldUntilMs = 0;
        _tried.Clear();
        _listener.Log.Back(_backend!, _backend!.Udp.Succeeded());
    }

    private bool IsAmplification(long bytes)
    {
        var limit = _listener.Context.Options.UdpAmplificationLimit;
        return limit > 0 && _datagramsIn < TrustedAfter && _bytesOut + bytes > limit * _bytesIn;
    }
}
