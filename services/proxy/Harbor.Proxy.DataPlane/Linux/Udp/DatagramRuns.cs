using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>Sends datagrams of a batch in as few calls as can be: runs of equal length (the last one may be shorter) go as one.</summary>
internal static class DatagramRuns
{
    /// <summary>
    /// Returns how many of the datagrams the system took. Where that is not all of them, <paramref name="error"/> says why the next one was not, as a
    /// negative error number.
    /// </summary>
    public static int Send(DatagramSender sender, int descriptor, DatagramBatch batch, ReadOnlySpan<int> indexes, in SocketName to, in LocalAddress from, out int error)
    {
        error = 0;
        var position = 0;
        var most = DatagramSender.MostSegments;
        while (position < indexes.Length)
        {
            var run = RunLength(batch, indexes[position..], most);
            error = SendRun(sender, descriptor, batch, indexes.Slice(position, run), to, from);
            if (error == 0)
            {
                position += run;
            }
            else if (run > 1 && error is not (-Errno.Again or -Errno.ConnectionRefused))
            {
                // The path to this peer takes no segmented sends (a tunnel, or datagrams longer than its packets): one by one, then.
                most = 1;
            }
            else
            {
                break;
            }
        }

        return position;
    }

    private static int SendRun(DatagramSender sender, int descriptor, DatagramBatch batch, ReadOnlySpan<int> indexes, in SocketName to, in LocalAddress from)
    {
        foreach (var index in indexes)
        {
            sender.Add(batch.Data(index));
        }

        return sender.Send(descriptor, batch.Length(indexes[0]), to, from);
    }

    private static int RunLength(DatagramBatch batch, ReadOnlySpan<int> indexes, int most)
    {
        var length = batch.Length(indexes[0]);
        most = length == 0 ? 1 : Math.Min(most, DatagramSender.MostBytes / length);
        var run = 1;
        while (run < indexes.Length && run < most)
        {
            var next = batch.Length(indexes[run]);
            if (next > length || next == 0)
            {
                break;
            }

            run++;
            if (next < length)
            {
                break;
            }
        }

        return run;
    }
}
