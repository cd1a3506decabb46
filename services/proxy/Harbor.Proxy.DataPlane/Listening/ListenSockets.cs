using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>
/// Makes listening sockets that share their port with nobody. The runtime's <c>ReuseAddress</c> must stay untouched: on Linux it sets <c>SO_REUSEPORT</c> too,
/// and a port that another process holds would then be split with it in silence. By default TCP gets <c>SO_REUSEADDR</c> alone, which lets
/// a port be opened again while old connections linger, and UDP gets neither. So a socket of another process is a conflict whatever that one has set.
/// </summary>
internal static class ListenSockets
{
    /// <summary>The caller owns the socket. Throws <see cref="SocketException"/>.</summary>
    public static Socket Open(IPAddress address, int port, Transport transport, int backlog)
    {
        address = Usable(address);
        var (type, protocol) = transport == Transport.Tcp ? (SocketType.Stream, ProtocolType.Tcp) : (SocketType.Dgram, ProtocolType.Udp);
        var socket = new Socket(address.AddressFamily, type, protocol);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            if (transport == Transport.Tcp)
            {
                socket.Listen(backlog);
            }

            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A machine without IPv6 listens on all of IPv4 instead.</summary>
    public static IPAddress Usable(IPAddress address) =>
        address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : address;
}
