using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>
/// Sends datagrams of a batch in as few calls as can be: runs of equal length (the last one may be shorter) go as one, whether they came as one or not.
/// </summary>
internal static class DatagramRuns
{
    /// <summary>Sends the chain from its beginning on; what the system took is no longer in it.</summary>
    public static SentDatagrams Send(DatagramSender sender, int descriptor, DatagramBatch batch, ref DatagramChain chain, in SocketName to, in LocalAddress from)
    {
        var (sent, bytes, error) = (0, 0L, 0);
        var most = DatagramSender.MostSegments;
        while (chain.Count > 0)
        {
            var run = AddRun(sender, batch, chain, most);
            error = sender.Send(descriptor, batch.Length(chain.First), to, from);
            if (error == 0)
            {
                sent += run;
                bytes += chain.Remove(batch, run);
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

        return new SentDatagrams(sent, bytes, error);
    }

    /// <summary>How many datagrams from the chain's first on are a run, which the sender has been given.</summary>
    private static int AddRun(DatagramSender sender, DatagramBatch batch, in DatagramChain chain, int most)
    {
        var index = chain.First;
        var length = batch.Length(index);
        most = length == 0 ? 1 : Math.Min(chain.Count, most);
        var (run, bytes, last) = (0, 0, length);
        do
        {
            sender.Add(batch.Data(index));
            run++;
            bytes += last;
            // A shorter one ends the run; a longer one, or one of nothing, is none of it.
            if (run == most || last < length)
            {
                break;
            }

            index = batch.Next(index);
            last = batch.Length(index);
        }
        while (last <= length && last > 0 && bytes + last <= DatagramSender.MostBytes);

        return run;
    }
}
