using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>Some datagrams of a batch, in order. The links are the batch's own, so a datagram is in one chain at a time.</summary>
internal struct DatagramChain
{
    private int _last;

    /// <summary>The first one's place in the batch; meaningless where there is none.</summary>
    public int First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Of all of them together.</summary>
    public long Bytes { get; private set; }

    public void Add(DatagramBatch batch, int index)
    {
        if (Count == 0)
        {
            First = index;
        }
        else
        {
            batch.Next(_last) = index;
        }

        _last = index;
        Count++;
        Bytes += batch.Length(index);
    }

    /// <summary>Takes so many off its beginning. Returns their bytes.</summary>
    public long Remove(DatagramBatch batch, int count)
    {
        var before = Bytes;
        for (; count > 0; count--)
        {
            Bytes -= batch.Length(First);
            First = batch.Next(First);
            Count--;
        }

        return before - Bytes;
    }
}
