using Harbor.Testing.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Sessions whose backends all refuse: how often those are asked does not depend on how many datagrams come. Time stands still unless a test moves it on.</summary>
public sealed class UdpRefusedSessionTests
{
    private const int Flood = 100;

    /// <summary>Time for one more try, and not for two.</summary>
    private static readonly TimeSpan _untilRetried = TimeSpan.FromSeconds(1.3);

    private readonly FakeTimeProvider _time = new();

    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Flood_WithoutHold_AsksEachBackendOnceInItsTimeAside(RelayEngineKind kind)
    {
        await using var relay = await RefusingAsync(kind, backends: 2, TimeSpan.Zero);
        using var client = await RefusedAsync(relay, backends: 2);
        await FloodAsync(relay, client, droppedBefore: 1);
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(2);
        relay.Counters(Transport.Udp).Accepted.ShouldBe(1);
        _time.Advance(_untilRetried);
        await relay.EndedAsync(Transport.Udp, EndReason.BackendReset);
        relay.Counters(Transport.Udp).Active.ShouldBe(0);
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(2);
        // A new session, whose first datagram goes to those that are set aside all the same.
        client.Send("?");
        await relay.CountersAsync(Transport.Udp, counters => counters.ConnectFailures == 4, "both asked by a new session");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Flood_WithHold_AsksEachBackendOnceInItsTimeAside(RelayEngineKind kind)
    {
        await using var relay = await RefusingAsync(kind, backends: 2, TimeSpan.FromSeconds(60));
        using var client = await RefusedAsync(relay, backends: 2);
        await FloodAsync(relay, client, droppedBefore: 0);
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(2);
        _time.Advance(_untilRetried);
        await relay.CountersAsync(Transport.Udp, counters => counters.ConnectFailures == 4, "the datagram that waits to be sent again");
        await FloodAsync(relay, client, droppedBefore: Flood);
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(4);
        relay.Counters(Transport.Udp).Active.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_BackendComesBack_GetsTheDatagramThatWaits(RelayEngineKind kind)
    {
        await using var relay = await RefusingAsync(kind, backends: 2, TimeSpan.FromSeconds(60));
        using var client = await RefusedAsync(relay, backends: 2);
        // It has refused again and again before: its time aside is long by now, and the wait for it is not.
        for (var failures = 4; failures <= 12; failures += 2)
        {
            _time.Advance(_untilRetried);
            await relay.CountersAsync(Transport.Udp, counters => counters.ConnectFailures == failures, $"{failures} refusals");
        }

        using var back = new UdpPeer(port: relay.Snapshot.Backends[1].Address.Port).Answer('b');
        _time.Advance(_untilRetried);
        (await client.ReceiveTextAsync("an answer to the datagram that waited")).ShouldBe("b");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_OverWithinTheTimeAside_TheNextDatagramWaitsAnew(RelayEngineKind kind)
    {
        await using var relay = await RefusingAsync(kind, backends: 1, TimeSpan.FromSeconds(0.6));
        using var client = await RefusedAsync(relay, backends: 1);
        _time.Advance(TimeSpan.FromSeconds(0.8));
        await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsDropped == 1, "the first datagram to be given up");
        client.Send("?");
        await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsIn == 2, "the second datagram");
        using var back = new UdpPeer(port: relay.Snapshot.Backends[0].Address.Port).Answer('a');
        _time.Advance(TimeSpan.FromSeconds(0.5));
        (await client.ReceiveTextAsync("an answer to the second datagram")).ShouldBe("a");
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(1);
        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task WithoutHold_AnotherBackendComes_GetsTheNextDatagram(RelayEngineKind kind)
    {
        await using var relay = await RefusingAsync(kind, backends: 1, TimeSpan.Zero);
        using var client = await RefusedAsync(relay, backends: 1);
        using var other = new UdpPeer().Answer('b');
        await relay.BackendsAsync([.. relay.Snapshot.Backends, other.Snapshot]);
        client.Send("?");
        (await client.ReceiveTextAsync("an answer of the other backend")).ShouldBe("b");
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(1);
    }

    /// <summary>A port whose backends all refuse.</summary>
    private async Task<Relay> RefusingAsync(RelayEngineKind kind, int backends, TimeSpan hold)
    {
        var relay = new Relay(kind, time: _time);
        await relay.ApplyAsync(relay.Snapshot with
        {
            Transports = Transports.Udp,
            Udp = relay.Snapshot.Udp with { Hold = hold },
            Backends = [.. Enumerable.Range(0, backends).Select(_ => Relay.BackendAt(FreePorts.Next()))],
        });
        return relay;
    }

    /// <summary>A client whose first datagram all of them have refused.</summary>
    private static async Task<UdpPeer> RefusedAsync(Relay relay, int backends)
    {
        var client = UdpPeer.ConnectTo(relay.Port);
        client.Send("?");
        await relay.CountersAsync(Transport.Udp, counters => counters.ConnectFailures == backends, "every backend to refuse");
        return client;
    }

    /// <summary>Many datagrams at once, and waits until each is dropped, or has made the session ask again.</summary>
    private static async Task FloodAsync(Relay relay, UdpPeer client, int droppedBefore)
    {
        var failures = relay.Counters(Transport.Udp).ConnectFailures;
        for (var i = 0; i < Flood; i++)
        {
            client.Send("?");
        }

        await relay.CountersAsync(
            Transport.Udp,
            counters => counters.DatagramsDropped == droppedBefore + Flood || counters.ConnectFailures > failures,
            "every further datagram dropped");
    }
}
