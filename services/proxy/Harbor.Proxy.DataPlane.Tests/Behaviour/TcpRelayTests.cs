using System.Net;
using System.Security.Cryptography;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class TcpRelayTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Bytes_BothWays_ArriveAsSent(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        await client.SendAsync("question");
        using var server = await backend.AcceptAsync();
        (await server.ReceiveTextAsync(8)).ShouldBe("question");
        await server.SendAsync("answer");
        (await client.ReceiveTextAsync(6)).ShouldBe("answer");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Bytes_ServerSpeaksFirst_Arrive(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        await server.SendAsync("220 ready");
        (await client.ReceiveTextAsync(9)).ShouldBe("220 ready");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Connection_OverIPv6ToAnIPv6Backend_IsRelayed(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend(address: IPAddress.IPv6Loopback).Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port, IPAddress.IPv6Loopback);
        await client.SendAsync("six");
        (await client.ReceiveTextAsync(3)).ShouldBe("six");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task HalfClose_ByTheClient_LetsTheAnswerThrough(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        await client.SendAsync("all");
        client.HalfClose();
        using var server = await backend.AcceptAsync();
        await server.ReceiveAsync(3);
        await server.ClosedAsync();
        await server.SendAsync("late answer");
        server.HalfClose();
        (await client.ReceiveTextAsync(11)).ShouldBe("late answer");
        await client.ClosedAsync();
        await relay.EndedAsync(Transport.Tcp, EndReason.ClientClosed);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task HalfClose_ByTheBackend_LetsTheClientGoOn(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        server.HalfClose();
        await client.ClosedAsync();
        await client.SendAsync("still here");
        (await server.ReceiveTextAsync(10)).ShouldBe("still here");
        client.HalfClose();
        await server.ClosedAsync();
        await relay.EndedAsync(Transport.Tcp, EndReason.BackendClosed);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task HalfClose_AndThenSilence_EndsInTime(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind, new RelayOptions { HalfCloseTimeout = TimeSpan.FromMilliseconds(200) });
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        client.HalfClose();
        await server.ClosedAsync();
        await client.ResetAsync();
        await relay.EndedAsync(Transport.Tcp, EndReason.Idle);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Reset_ByTheClient_ReachesTheBackend(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        client.Reset();
        await server.ResetAsync();
        await relay.EndedAsync(Transport.Tcp, EndReason.ClientReset);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Reset_ByTheBackend_ReachesTheClient(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        var server = await backend.AcceptAsync();
        await server.SendAsync("!");
        await client.ReceiveAsync(1);
        server.Reset();
        await client.ResetAsync();
        await relay.EndedAsync(Transport.Tcp, EndReason.BackendReset);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Transfer_LargeBothWaysAtOnce_IsTheSameByHash(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        var up = RandomNumberGenerator.GetBytes(48 << 20);
        var down = RandomNumberGenerator.GetBytes(32 << 20);
        var sending = Task.WhenAll(client.SendAsync(up), server.SendAsync(down));
        var receivingUp = server.ReceiveAsync(up.Length);
        var receivingDown = client.ReceiveAsync(down.Length);
        await sending.WithinAsync("everything to be sent");
        SHA256.HashData(await receivingUp).ShouldBe(SHA256.HashData(up));
        SHA256.HashData(await receivingDown).ShouldBe(SHA256.HashData(down));
        await relay.CountersAsync(Transport.Tcp, counters => counters.BytesIn == up.Length && counters.BytesOut == down.Length, "all bytes counted");
    }

    [Theory]
    [MemberData(nameof(All))]
    public Task SlowReader_Backend_HoldsTheClientBack(RelayEngineKind kind) => HoldsBackAsync(kind, isClientSlow: false);

    [Theory]
    [MemberData(nameof(All))]
    public Task SlowReader_Client_HoldsTheBackendBack(RelayEngineKind kind) => HoldsBackAsync(kind, isClientSlow: true);

    [Theory]
    [MemberData(nameof(All))]
    public async Task Connection_Idle_IsKeptAliveOnBothSides(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks into /proc");
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        await client.SendAsync("1");
        await client.ReceiveAsync(1);
        // The relay's two sockets: the one that was accepted, and the one that was connected.
        await Waiting.UntilAsync(() => HasKeepAlive(local: relay.Port, remote: null), () => "a keepalive timer towards the client");
        await Waiting.UntilAsync(() => HasKeepAlive(local: null, remote: backend.Address.Port), () => "a keepalive timer towards the backend");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task ManyConnections_AtOnce_EachGetTheirOwnBytes(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        await Parallel.ForAsync(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            using var client = await TcpPeer.ConnectAsync(relay.Port);
            var data = RandomNumberGenerator.GetBytes(10_000);
            await client.SendAsync(data);
            (await client.ReceiveAsync(data.Length)).ShouldBe(data);
            client.HalfClose();
            await client.ClosedAsync();
        });
        await relay.EndedAsync(Transport.Tcp, EndReason.ClientClosed, 500);
        relay.Counters(Transport.Tcp).Active.ShouldBe(0);
    }

    private static async Task HoldsBackAsync(RelayEngineKind kind, bool isClientSlow)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        var (sender, receiver) = isClientSlow ? (server, client) : (client, server);
        var data = RandomNumberGenerator.GetBytes(128 << 20);
        var sending = sender.SendAsync(data);
        // Nobody reads: the relay stops taking when the kernel's buffers are full, which is far below what is offered.
        var (taken, looks) = (0L, 0);
        await Waiting.UntilAsync(() => IsSteady(relay, isClientSlow, ref taken, ref looks), () => $"the relay to stop taking; it took {taken}");
        taken.ShouldBeLessThan(data.Length / 2);
        sending.IsCompleted.ShouldBeFalse();
        SHA256.HashData(await receiver.ReceiveAsync(data.Length)).ShouldBe(SHA256.HashData(data));
        await sending.WithinAsync("the sender to finish");
    }

    /// <summary>Of an established connection: the kernel's second timer (02), which is keepalive's.</summary>
    private static bool HasKeepAlive(int? local, int? remote) => new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines).Any(line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var from, var to, "01", _, var timer, ..]
        && (local is null || from.EndsWith($":{local:X4}", StringComparison.Ordinal))
        && (remote is null || to.EndsWith($":{remote:X4}", StringComparison.Ordinal))
        && timer.StartsWith("02:", StringComparison.Ordinal));

    /// <summary>Bytes counted were the same at forty looks in a row.</summary>
    private static bool IsSteady(Relay relay, bool outward, ref long taken, ref int looks)
    {
        var before = taken;
        taken = outward ? relay.Counters(Transport.Tcp).BytesOut : relay.Counters(Transport.Tcp).BytesIn;
        looks = taken > 0 && taken == before ? looks + 1 : 0;
        return looks == 40;
    }
}
