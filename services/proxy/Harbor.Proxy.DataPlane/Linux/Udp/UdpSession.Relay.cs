using System.Runtime.CompilerServices;
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
        _local = batch.Local(index);
        _taken[_takenCount++] = index;
        return _takenCount == 1;
    }

    /// <summary>Passes on what was taken.</summary>
    public void Flush(DatagramBatch batch)
    {
        ReadOnlySpan<int> indexes = _taken;
        indexes = indexes[.._takenCount];
        _takenCount = 0;
        _lastMs = _loop.Now;
        _datagramsIn += indexes.Length;
        long bytes = 0;
        foreach (var index in indexes)
        {
            bytes += batch.Length(index);
        }

        _bytesIn += bytes;
        Cells.BytesIn += bytes;
        while (indexes.Length > 0 && !_hasEnded)
        {
            if (_upstream < 0)
            {
                Deliver(batch.Data(indexes[0]));
                indexes = indexes[1..];
                continue;
            }

            var sent = DatagramRuns.Send(_loop.Datagrams.Sender, _upstream, batch, indexes, default, default, out var error);
            indexes = indexes[sent..];
            if (error == -Errno.Again)
            {
                // Our buffers are full: what is left would fare no better.
                break;
            }

            if (error < 0)
            {
                Failed(error, batch.Data(indexes[0]));
                indexes = indexes[1..];
            }
        }

        Cells.DatagramsDropped += indexes.Length;
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
        var count = DatagramBatch.Capacity;
        for (var turn = 0; count == DatagramBatch.Capacity; turn++)
        {
            if (turn == BatchesPerTurn)
            {
                _loop.TakeTurn(this);
                return;
            }

            count = batch.Receive(_upstream);
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
        Indexes indexes = default;
        var allowed = 0;
        long bytes = 0;
        for (var index = 0; index < count; index++)
        {
            if (!IsAmplification(bytes + batch.Length(index)))
            {
                indexes[allowed++] = index;
                bytes += batch.Length(index);
            }
        }

        ReadOnlySpan<int> all = indexes;
        var sent = _listener.SendToClient(batch, all[..allowed], _name, _local);
        Cells.DatagramsDropped += count - sent;
        Cells.DatagramsOut += sent;
        for (var index = 0; index < sent; index++)
        {
            _bytesOut += batch.Length(indexes[index]);
            Cells.BytesOut += batch.Length(indexes[index]);
        }
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

    /// <summary>Places in a batch.</summary>
    [InlineArray(DatagramBatch.Capacity)]
    private struct Indexes
    {
        private int _first;
    }
}
