using System.Net;
using System.Net.Sockets;
using Harbor.Contracts.Ports;

namespace Harbor.Proxy.Quarantine;

/// <summary>
/// Stands at a released port until somebody comes: a client is reset, a datagram is dropped, and it is told once. Owns its sockets, which are closed with it, or with
/// the first client.
/// </summary>
internal sealed class QuarantinePost : IDisposable
{
    private readonly List<Socket> _sockets = [];

    private QuarantinePost()
    {
    }

    /// <summary>Null where the port cannot be had: then somebody else has it, and its clients are not ours.</summary>
    public static QuarantinePost? TryOpen(IPAddress address, int port, PortProtocol protocol, Action came)
    {
        var post = new QuarantinePost();
        try
        {
            if (protocol is not PortProtocol.Udp)
            {
                var listener = post.Bind(address, port, SocketType.Stream, ProtocolType.Tcp);
                listener.Listen();
                _ = post.WatchAsync(() => AcceptAsync(listener), came);
            }

            if (protocol is not PortProtocol.Tcp)
            {
                var receiver = post.Bind(address, port, SocketType.Dgram, ProtocolType.Udp);
                _ = post.WatchAsync(() => ReceiveAsync(receiver), came);
            }

            return post;
        }
        catch (SocketException)
        {
            post.Dispose();
            return null;
        }
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private static async Task AcceptAsync(Socket listener)
    {
        using var client = await listener.AcceptAsync();
        client.Close(timeout: 0);
    }

    private static async Task ReceiveAsync(Socket receiver) => await receiver.ReceiveAsync(new byte[1]);

    private Socket Bind(IPAddress address, int port, SocketType type, ProtocolType protocol)
    {
        if (address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
        {
            address = IPAddress.Any;
        }

        var socket = new Socket(address.AddressFamily, type, protocol);
        _sockets.Add(socket);
        if (address.Equals(IPAddress.IPv6Any))
        {
            socket.DualMode = true;
        }

        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    private async Task WatchAsync(Func<Task> firstClient, Action came)
    {
        try
        {
            await firstClient();
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.MessageSize)
        {
            // A datagram longer than what was read of it came all the same.
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return;
        }

        Dispose();
        came();
    }
}
