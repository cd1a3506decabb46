using System.Net;
using System.Net.Sockets;

namespace Harbor.DeaSimulator.Instances;

/// <summary>
/// The application of a simulated instance: one port number, open for TCP and UDP, that greets with a banner and then echoes.
/// Owns its two sockets; disposing resets what is open, as the death of a process does.
/// </summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly EchoTcpListener _tcp;
    private readonly EchoUdpListener _udp;

    private EchoServer(EchoTcpListener tcp, EchoUdpListener udp)
    {
        _tcp = tcp;
        _udp = udp;
    }

    public IPEndPoint Address => _tcp.Address;

    /// <summary>TCP connections open now.</summary>
    public int OpenConnections => _tcp.OpenConnections;

    /// <summary>Listens at <paramref name="address"/>; null where something else has the port, for either protocol.</summary>
    public static EchoServer? TryStart(IPEndPoint address, string banner)
    {
        var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            tcp.Bind(address);
            udp.Bind(tcp.LocalEndPoint!);
            tcp.Listen(512);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            tcp.Dispose();
            udp.Dispose();
            return null;
        }

        return new EchoServer(new EchoTcpListener(tcp, banner), new EchoUdpListener(udp, banner));
    }

    public async ValueTask DisposeAsync()
    {
        await _tcp.DisposeAsync();
        await _udp.DisposeAsync();
    }
}
