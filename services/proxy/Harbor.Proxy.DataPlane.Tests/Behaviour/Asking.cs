using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>The same question over either transport: who answers on this port?</summary>
internal static class Asking
{
    /// <summary>An instance that answers with one letter. Disposing ends it.</summary>
    public static (BackendSnapshot Snapshot, IDisposable Instance) Start(Transport transport, char name)
    {
        if (transport == Transport.Tcp)
        {
            var tcp = new TcpBackend().Answer(name);
            return (tcp.Snapshot, tcp);
        }

        var udp = new UdpPeer().Answer(name);
        return (udp.Snapshot, udp);
    }

    /// <summary>A new connection or session that has asked.</summary>
    public static async Task<Asker> AskAsync(int port, Transport transport, IPAddress? from = null, IPAddress? to = null)
    {
        var asker = new Asker(await ConnectAsync(port, transport, from, to), transport == Transport.Udp ? UdpPeer.ConnectTo(port, to, from) : null);
        await asker.AskAsync();
        return asker;
    }

    /// <summary>The letter that a new connection or session is answered with, which then ends.</summary>
    public static async Task<char> WhoAsync(int port, Transport transport, IPAddress? from = null)
    {
        using var asker = await AskAsync(port, transport, from);
        return await asker.AnswerAsync();
    }

    /// <summary>Null over UDP, and where the port has reset the connection before its client knew that it was there.</summary>
    private static async Task<TcpPeer?> ConnectAsync(int port, Transport transport, IPAddress? from, IPAddress? to)
    {
        try
        {
            return transport == Transport.Tcp ? await TcpPeer.ConnectAsync(port, to, from) : null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }
}
