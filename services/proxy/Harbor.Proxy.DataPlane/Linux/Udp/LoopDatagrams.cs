using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>What all UDP work of a loop goes through, one batch at a time. Owns the native memory of both.</summary>
internal sealed class LoopDatagrams : IDisposable
{
    public DatagramBatch Batch { get; } = new();

    public DatagramSender Sender { get; } = new();

    /// <summary>Sessions that were given datagrams of the batch in hand.</summary>
    public List<UdpSession> Waiting { get; } = new(DatagramBatch.Capacity);

    public void Dispose()
    {
        Batch.Dispose();
        Sender.Dispose();
    }
}
