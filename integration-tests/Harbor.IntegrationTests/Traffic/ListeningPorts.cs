using System.Net;
using System.Net.Sockets;

namespace Harbor.IntegrationTests.Traffic;

/// <summary>What is open on this machine, seen as another process sees it: by trying to take it.</summary>
internal static class ListeningPorts
{
    public static bool IsTcpOpen(int port, IPAddress? address = null) => IsTaken(port, address, SocketType.Stream, ProtocolType.Tcp);

    public static bool IsUdpOpen(int port, IPAddress? address = null) => IsTaken(port, address, SocketType.Dgram, ProtocolType.Udp);

    /// <summary>The sockets that listen there, by TCP or UDP, as the kernel numbers them: one that was closed and opened again has another number.</summary>
    public static IReadOnlyList<string> SocketsAt(int port) =>
    [
        .. new[] { ("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07") }
            .SelectMany(table => File.ReadLines($"/proc/net/{table.Item1}").Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields[3] == table.Item2 && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
                .Select(fields => $"{table.Item1} {fields[9]}"))
            .Order(),
    ];

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
