using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>
/// One byte to and fro through the relay, with blocking sockets on both ends; the same without a relay is subtracted. Many short connections, since on which
/// processors the threads of one settle down decides more than the relay does; the median is over all of them.
/// </summary>
internal sealed class LatencyWork : IWork
{
    private static readonly TimeSpan _connection = TimeSpan.FromMilliseconds(50);

    public string Name => "latency";

    public bool Suits(RelayUnderTest relay) => true;

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, PortPlan.Backends.Echo));
        listener.Listen(8);
        var direct = new List<double>(500_000);
        var relayed = new List<double>(500_000);
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < length;)
        {
            Sample(listener, PortPlan.Backends.Echo, direct);
            Sample(listener, relay.Ports.Echo, relayed);
        }

        return Measured.Of(("added_microseconds", Median(relayed) - Median(direct)));
    }

    private static void Sample(Socket listener, int port, List<double> samples)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(IPAddress.Loopback, port);
        using var backend = listener.Accept();
        backend.NoDelay = true;
        var echo = new Thread(() => Echo(backend));
        echo.Start();
        var buffer = new byte[1];
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < _connection;)
        {
            var sent = Stopwatch.GetTimestamp();
            client.Send(buffer);
            client.Receive(buffer);
            samples.Add(Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
        }

        client.Shutdown(SocketShutdown.Send);
        echo.Join();
    }

    private static double Median(List<double> samples)
    {
        samples.Sort();
        return samples[samples.Count / 2];
    }

    private static void Echo(Socket backend)
    {
        var buffer = new byte[1];
        while (backend.Receive(buffer) > 0)
        {
            backend.Send(buffer);
        }
    }
}
