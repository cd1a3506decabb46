using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Linux.Native;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Listening;

/// <summary>Opens the sockets that ports listen on. Never with SO_REUSEPORT (nor, for UDP, SO_REUSEADDR): another process on the port must be seen as a conflict.</summary>
internal static class ListeningSocket
{
    /// <summary>Room for bursts that come while the loop is busy; the kernel counts its own overhead in, so some 3,000 datagrams of 1,200 bytes. Its cap (<c>rmem_max</c>) may give less.</summary>
    private const int UdpBufferBytes = 4 * 1024 * 1024;

    /// <summary>The descriptor, which the caller owns, or a negative error number.</summary>
    public static int Open(Transport transport, IPAddress address, int port, int backlog)
    {
        var descriptor = OpenAt(transport, new IPEndPoint(address, port), backlog);
        // A machine without IPv6 has no "::".
        return descriptor is -Errno.AddressFamilyNotSupported or -Errno.AddressNotAvailable && address.Equals(IPAddress.IPv6Any)
            ? OpenAt(transport, new IPEndPoint(IPAddress.Any, port), backlog)
            : descriptor;
    }

    /// <summary>The system's words for an error, such as <c>Address already in use</c>.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(-error);

    private static int OpenAt(Transport transport, IPEndPoint endPoint, int backlog)
    {
        var name = SocketName.From(endPoint);
        var descriptor = Kernel.Socket(name.Family, transport == Transport.Tcp ? SOCK_STREAM : SOCK_DGRAM);
        if (descriptor < 0)
        {
            return descriptor;
        }

        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _ = Kernel.SetOption(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        }

        var error = transport == Transport.Tcp ? BindTcp(descriptor, name, backlog) : BindUdp(descriptor, name);
        if (error < 0)
        {
            Kernel.Close(descriptor);
            return error;
        }

        return descriptor;
    }

    private static int BindTcp(int descriptor, in SocketName name, int backlog)
    {
        // Connections of the process before, in TIME_WAIT, do not hold the port; a listener does.
        _ = Kernel.SetOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
        // Accepted sockets inherit it: one call here, none for each connection.
        _ = Kernel.SetOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
        var error = Kernel.Bind(descriptor, name);
        return error < 0 ? error : Kernel.Listen(descriptor, backlog);
    }

    private static int BindUdp(int descriptor, in SocketName name)
    {
        _ = Kernel.SetOption(descriptor, SOL_SOCKET, SO_RCVBUF, UdpBufferBytes);
        _ = Kernel.SetOption(descriptor, SOL_SOCKET, SO_SNDBUF, UdpBufferBytes);
        // Which address a datagram came to, so that replies leave from it.
        _ = name.Family == AF_INET
            ? Kernel.SetOption(descriptor, IPPROTO_IP, IP_PKTINFO, 1)
            : Kernel.SetOption(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        // Runs of a client's datagrams come as one. Systems before Linux 5.0 do not know it.
        _ = Kernel.SetOption(descriptor, IPPROTO_UDP, UDP_GRO, 1);
        return Kernel.Bind(descriptor, name);
    }
}
