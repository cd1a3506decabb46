using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>5,000 connections that carry one byte each way and then nothing: what the relay's memory grows by.</summary>
internal sealed class IdleWork : IWork
{
    private const int Connections = 5000;

    public string Name => "idle5000";

    public bool Suits(RelayUnderTest relay) => true;

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, PortPlan.Backends.Held));
        listener.Listen(1024);
        var before = relay.ResidentBytes;
        var sockets = new List<Socket>(2 * Connections);
        var buffer = new byte[1];
        for (var i = 0; i < Connections; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, relay.Ports.Held);
            var backend = listener.Accept();
            sockets.Add(client);
            sockets.Add(backend);
            client.Send(buffer);
            backend.Receive(buffer);
            backend.Send(buffer);
            client.Receive(buffer);
        }

        var grown = relay.ResidentBytes - before;
        foreach (var socket in sockets)
        {
            // A reset: 10,000 connections in TIME_WAIT would be in the way of what is measured next.
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        return Measured.Of(("grown_mebibytes", grown / 1048576.0));
    }
}
