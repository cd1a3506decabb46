using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Tests.Behaviour;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.DataPlane.Tests.Backends;

public sealed class ProbeSocketTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Connect_WhereSomebodyListens_Succeeds()
    {
        using var backend = new TcpBackend();
        using var probe = Probe(backend.Address, SocketType.Stream);

        (await probe.ConnectAsync()).ShouldBe(SocketError.Success);
    }

    [Fact]
    public async Task Connect_WhereNobodyListens_IsRefused()
    {
        using var taken = new UdpPeer();
        using var probe = Probe(taken.Snapshot.Address, SocketType.Stream);

        (await probe.ConnectAsync()).ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Ask_WhereNobodyIsBound_IsRefused()
    {
        using var taken = new TcpBackend();
        using var probe = Probe(taken.Address, SocketType.Dgram);
        await probe.ConnectAsync();

        (await probe.AskAsync().AsTask().WithinAsync("the refusal")).ShouldBe(SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Ask_WithoutAnAnswer_EndsWithTheTime()
    {
        using var silent = new UdpPeer();
        using var probe = Probe(silent.Snapshot.Address, SocketType.Dgram);
        await probe.ConnectAsync();

        var answer = probe.AskAsync();
        answer.IsCompleted.ShouldBeFalse();
        _time.Advance(_limit);

        (await answer.AsTask().WithinAsync("the time to be up")).ShouldNotBe(SocketError.Success);
        probe.IsTimedOut.ShouldBeTrue();
    }

    [Fact]
    public async Task Ask_WhenAllEnds_EndsAtOnce()
    {
        using var silent = new UdpPeer();
        using var ending = new CancellationTokenSource();
        using var probe = new ProbeSocket(silent.Snapshot.Address, SocketType.Dgram, ProtocolType.Udp, _limit, _time, ending.Token);
        await probe.ConnectAsync();

        var answer = probe.AskAsync();
        await ending.CancelAsync();

        (await answer.AsTask().WithinAsync("the end")).ShouldNotBe(SocketError.Success);
        probe.IsTimedOut.ShouldBeFalse();
    }

    [Fact]
    public async Task Using_AtItsEnd_ClosesTheSocket()
    {
        using var backend = new TcpBackend();
        SafeSocketHandle handle;
        using (var probe = Probe(backend.Address, SocketType.Stream))
        {
            await probe.ConnectAsync();
            handle = probe.Socket.SafeHandle;
        }

        handle.IsClosed.ShouldBeTrue();
    }

    private ProbeSocket Probe(IPEndPoint backend, SocketType type) =>
        new(backend, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp, _limit, _time, CancellationToken.None);
}
