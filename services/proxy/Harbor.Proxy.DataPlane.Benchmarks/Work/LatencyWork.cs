using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>One byte to and fro through the relay, with blocking sockets on both ends; the same without a relay is subtracted.</summary>
internal sealed class LatencyWork : IWork
{
    public string Name => "latency";

    public bool Suits(RelayUnderTest relay) => true;

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, PortPlan.Backends.Echo));
        listener.Listen(8);
        var half = length / 2;
        var direct = Median(listener, PortPlan.Backends.Echo, half);
        var relayed = Median(listener, relay.Ports.Echo, half);
        return Measured.Of(("added_microseconds", relayed - direct));
    }

    private static double Median(Socket listener, int port, TimeSpan length)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(IPAddress.Loopback, port);
        using var backend = listener.Accept();
        backend.NoDelay = true;
        var echo = new Thread(() => Echo(backend));
        echo.Start();
        var samples = new List<double>(100_000);
        var buffer = new byte[1];
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < length;)
        {
            var sent = Stopwatch.GetTimestamp();
            client.Send(buffer);
            client.Receive(buffer);
            samples.Add(Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
        }

        client.Shutdown(SocketShutdown.Send);
        echo.Join();
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
