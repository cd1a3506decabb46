using System.Net;
using System.Net.Sockets;

namespace Harbor.IntegrationTests.Traffic;

/// <summary>What is open on this machine, seen as another process sees it: by trying to take it.</summary>
internal static class ListeningPorts
{
    public static bool IsTcpOpen(int port, IPAddress? address = null) => IsTaken(port, address, SocketType.Stream, ProtocolType.Tcp);

    public static bool IsUdpOpen(int port, IPAddress? address = null) => IsTaken(port, address, SocketType.Dgram, ProtocolType.Udp);

    private static bool IsTaken(int port, IPAddress? address, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(address ?? IPAddress.Loopback, port));
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }
}
