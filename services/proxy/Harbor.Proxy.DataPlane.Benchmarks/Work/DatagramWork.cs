using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>1,200-byte datagrams from one client, as fast as it can: how many arrive.</summary>
internal sealed class DatagramWork : IWork
{
    private const int Size = 1200;

    public string Name => "udp";

    public bool Suits(RelayUnderTest relay) => !relay.Name.StartsWith("haproxy", StringComparison.Ordinal);

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        using var backend = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        backend.Bind(new IPEndPoint(IPAddress.Loopback, PortPlan.Backends.Datagrams));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 1 << 20 };
        client.Connect(IPAddress.Loopback, relay.Ports.Datagrams);
        var received = 0L;
        var isOver = false;
        var sink = new Thread(() =>
        {
            var buffer = new byte[2048];
            while (backend.Receive(buffer) > 1)
            {
                received++;
            }
        });
        var source = new Thread(() =>
        {
            var buffer = new byte[Size];
            while (!Volatile.Read(ref isOver))
            {
                client.Send(buffer);
            }
        });
        var before = relay.CpuSeconds;
        sink.Start();
        source.Start();
        source.Join(length);
        var delivered = Volatile.Read(ref received);
        var cpu = relay.CpuSeconds - before;
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

        return Measured.Of(("datagrams_per_second", delivered / length.TotalSeconds), ("cpu_microseconds_per_datagram", cpu / delivered * 1e6));
    }
}
