using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Ports below the range of outgoing connections that nobody holds, each given out once in this process.</summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 30_000;

    private static int _next = Random.Shared.Next(First, Last);

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) % (Last - First));
            if (IsFree(port, SocketType.Stream) && IsFree(port, SocketType.Dgram))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port, SocketType type)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, type, ProtocolType.Unspecified) { DualMode = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
