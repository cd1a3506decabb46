namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A client of either transport. Owns its peer.</summary>
internal sealed class Asker(TcpPeer? tcp, UdpPeer? udp) : IDisposable
{
    public async Task AskAsync()
    {
        udp?.Send("?");
        await (tcp?.SendAsync("?") ?? Task.CompletedTask);
    }

    public async Task<char> AnswerAsync() =>
        tcp is not null ? (await tcp.ReceiveTextAsync(1))[0] : (await udp!.ReceiveTextAsync("an answer"))[0];

    /// <summary>TCP clients are told that they are refused; UDP clients are not.</summary>
    public Task RefusedAsync() => tcp?.ResetAsync() ?? Task.CompletedTask;

    public void Dispose()
    {
        tcp?.Dispose();
        udp?.Dispose();
    }
}
