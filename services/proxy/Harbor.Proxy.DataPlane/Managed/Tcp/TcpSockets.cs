using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>How the engine's TCP sockets are set, and how they end.</summary>
internal static class TcpSockets
{
    /// <summary>A dead peer is noticed after two minutes, which costs an idle connection one packet a minute.</summary>
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveIntervalSeconds = 15;
    private const int KeepAliveRetries = 4;

    /// <summary>Linux hands a listener's settings on to what it accepts.</summary>
    public static bool AcceptedInherit => OperatingSystem.IsLinux();

    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
    }

    /// <summary>Closes with a reset: the peer learns that it was cut, and nothing stays behind in the system.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // The peer was faster; closing is all that is left.
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        socket.Dispose();
    }
}
