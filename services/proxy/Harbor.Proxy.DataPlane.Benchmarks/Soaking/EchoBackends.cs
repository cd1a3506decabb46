using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Benchmarks.Soaking;

/// <summary>Backends that send back what comes, over TCP and UDP at the same port, and pass a half-close on. Owns their sockets.</summary>
internal sealed class EchoBackends : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public EchoBackends(int count)
    {
        All = [.. Enumerable.Range(0, count).Select(_ => Start())];
    }

    public IReadOnlyList<BackendSnapshot> All { get; }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private BackendSnapshot Start()
    {
        var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        tcp.Listen(512);
        var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(tcp.LocalEndPoint!);
        _sockets.AddRange([tcp, udp]);
        _ = AcceptAsync(tcp);
        _ = EchoDatagramsAsync(udp);
        return new BackendSnapshot { Address = (IPEndPoint)tcp.LocalEndPoint!, Identity = $"{tcp.LocalEndPoint}" };
    }

    private static async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = EchoAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[16_384];
                int count;
                while ((count = await socket.ReceiveAsync(buffer, SocketFlags.None)) > 0)
                {
                    for (var sent = 0; sent < count;)
                    {
                        sent += await socket.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None);
                    }
                }

                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Reset by the relay, as its client was.
            }
        }
    }

    private static async Task EchoDatagramsAsync(Socket socket)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                await socket.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, received.RemoteEndPoint);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that has left.
            }
        }
    }
}
