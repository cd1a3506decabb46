using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A client of either transport. Owns its peer.</summary>
internal sealed class Asker(TcpPeer? tcp, UdpPeer? udp) : IDisposable
{
    private bool _isReset;

    public async Task AskAsync()
    {
        udp?.Send("?");
        try
        {
            await (tcp?.SendAsync("?") ?? Task.CompletedTask);
        }
        catch (SocketException)
        {
            // Refused before it could ask; the system says so once.
            _isReset = true;
        }
    }

    /// <summary>TCP: a client that was refused fails as reset, also where the reset came while it asked.</summary>
    public async Task<char> AnswerAsync()
    {
        if (udp is not null)
        {
            return (await udp.ReceiveTextAsync("an answer"))[0];
        }

        if (tcp is null || _isReset)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }

        return (await tcp.ReceiveTextAsync(1))[0];
    }

    public async Task<char> AskAgainAsync()
    {
        await AskAsync();
        return await AnswerAsync();
    }

    /// <summary>UDP: an answer is there to be read.</summary>
    public bool HasAnswer => udp is { HasDatagram: true };

    /// <summary>TCP clients are told that they are refused; UDP clients are not.</summary>
    public Task RefusedAsync() => tcp is null || _isReset ? Task.CompletedTask : tcp.ResetAsync();

    public void Dispose()
    {
        tcp?.Dispose();
        udp?.Dispose();
    }
}
