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
    public static async Task<Asker> AskAsync(int port, Transport transport, System.Net.IPAddress? from = null)
    {
        var asker = transport == Transport.Tcp
            ? new Asker(await TcpPeer.ConnectAsync(port, from: from), null)
            : new Asker(null, UdpPeer.ConnectTo(port, from: from));
        await asker.AskAsync();
        return asker;
    }

    /// <summary>The letter that a new connection or session is answered with, which then ends.</summary>
    public static async Task<char> WhoAsync(int port, Transport transport, System.Net.IPAddress? from = null)
    {
        using var asker = await AskAsync(port, transport, from);
        return await asker.AnswerAsync();
    }
}
