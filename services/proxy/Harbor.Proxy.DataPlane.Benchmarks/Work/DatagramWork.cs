using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>
/// 1,200-byte datagrams from one client, as fast as it can: how many arrive. Each in a call of its own; or in runs (UDP_SEGMENT), which the backend, too, takes
/// as they come (UDP_GRO), as programs that speak QUIC do.
/// </summary>
internal sealed class DatagramWork(bool inRuns) : IWork
{
    private const int Size = 1200;

    /// <summary>Of a run; more do not fit into one packet.</summary>
    private const int MostSegments = 54;

    private const int UdpLevel = 17;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;

    public string Name => inRuns ? "udp-gso" : "udp";

    public bool Suits(RelayUnderTest relay) => !relay.Name.StartsWith("haproxy", StringComparison.Ordinal);

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        using var backend = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        backend.Bind(new IPEndPoint(IPAddress.Loopback, PortPlan.Backends.Datagrams));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 1 << 20 };
        client.Connect(IPAddress.Loopback, relay.Ports.Datagrams);
        if (inRuns)
        {
            client.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(Size));
            backend.SetRawSocketOption(UdpLevel, UdpGro, BitConverter.GetBytes(1));
        }

        var received = 0L;
        var isOver = false;
        var sink = new Thread(() =>
        {
            var buffer = new byte[65_536];
            int length;
            while ((length = backend.Receive(buffer)) > 1)
            {
                received += length / Size;
            }
        });
        var source = new Thread(() =>
        {
            using var flood = new DatagramFlood(inRuns ? MostSegments * Size : Size, inRuns ? 1 : MostSegments);
            while (!Volatile.Read(ref isOver))
            {
                flood.Send(client);
            }
        });
        var resident = relay.ResidentBytes;
        var before = relay.CpuSeconds;
        sink.Start();
        source.Start();
        source.Join(length);
        var delivered = Volatile.Read(ref received);
        var cpu = relay.CpuSeconds - before;
        var grown = relay.ResidentBytes - resident;
        Volatile.Write(ref isOver, true);
        source.Join();
        using (var end = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            // One byte, straight to the sink, until it has taken it.
            while (!sink.Join(TimeSpan.FromMilliseconds(50)))
            {
                end.SendTo(new byte[1], new IPEndPoint(IPAddress.Loopback, PortPlan.Backends.Datagrams));
            }
        }

        return Measured.Of(("datagrams_per_second", delivered / length.TotalSeconds), ("cpu_microseconds_per_datagram", cpu / delivered * 1e6), ("grown_mebibytes", grown / 1048576.0));
    }
}
