using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Sessions whose backend refuses, or leaves the port.</summary>
public sealed class UdpBackendTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backend_RefusesByIcmp_IsPassedByAndItsDatagramGoesToTheNext(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Answer('b');
        await relay.ApplyAsync(relay.Snapshot with
        {
            Transports = Transports.Udp,
            Backends = [Relay.BackendAt(FreePorts.Next()), backend.Snapshot],
        });
        (await Asking.WhoAsync(relay.Port, Transport.Udp)).ShouldBe('b');
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(1);
        (await Asking.WhoAsync(relay.Port, Transport.Udp)).ShouldBe('b');
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backends_AllRefuseByIcmp_AreTriedAllTheSame(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        await relay.ApplyAsync(relay.Snapshot with { Transports = Transports.Udp, Backends = [Relay.BackendAt(FreePorts.Next()), Relay.BackendAt(FreePorts.Next())] });
        for (var round = 1; round <= 3; round++)
        {
            using var client = await Asking.AskAsync(relay.Port, Transport.Udp);
            await relay.CountersAsync(Transport.Udp, counters => counters.ConnectFailures == 2 * round, $"both to refuse client {round}");
        }

        await relay.EndedAsync(Transport.Udp, EndReason.BackendReset, 3);
        relay.Counters(Transport.Udp).Active.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backend_Gone_ItsSessionMovesToAnother(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var first = new UdpPeer().Answer('1');
        using var second = new UdpPeer().Answer('2');
        await relay.BackendsAsync(first.Snapshot, second.Snapshot);
        using var asker = await Asking.AskAsync(relay.Port, Transport.Udp);
        (await asker.AnswerAsync()).ShouldBe('1');
        await relay.BackendsAsync(second.Snapshot);
        await asker.AskAsync();
        (await asker.AnswerAsync()).ShouldBe('2');
        relay.Counters(Transport.Udp).Accepted.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backend_DiesUnderTraffic_TheSessionMovesWithItsNextDatagrams(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        var first = new UdpPeer().Answer('1');
        using var second = new UdpPeer().Answer('2');
        await relay.ApplyAsync(relay.Snapshot with { Transports = Transports.Udp, Backends = [first.Snapshot, second.Snapshot] });
        using var asker = await Asking.AskAsync(relay.Port, Transport.Udp);
        (await asker.AnswerAsync()).ShouldBe('1');
        first.Dispose();
        // The first of these is refused, and says so; with an answer the session had no reason to keep it.
        await asker.AskAsync();
        await relay.CountersAsync(Transport.Udp, counters => counters.ConnectFailures == 1, "the refusal counted");
        await asker.AskAsync();
        (await asker.AnswerAsync()).ShouldBe('2');
        relay.Counters(Transport.Udp).Accepted.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backend_GoneWithHold_ItsSessionWaitsForTheNext(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var first = new UdpPeer().Answer('1');
        using var second = new UdpPeer().Answer('2');
        await relay.PolicyAsync(Transport.Udp, policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        await relay.BackendsAsync(first.Snapshot);
        using var asker = await Asking.AskAsync(relay.Port, Transport.Udp);
        (await asker.AnswerAsync()).ShouldBe('1');
        await relay.BackendsAsync();
        await asker.AskAsync();
        await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsIn == 2, "the datagram that waits");
        await relay.BackendsAsync(second.Snapshot);
        (await asker.AnswerAsync()).ShouldBe('2');
        relay.Counters(Transport.Udp).Accepted.ShouldBe(1);
        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backend_GoneAndNoOther_EndsItsSessions(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Answer('1');
        await relay.BackendsAsync(backend.Snapshot);
        await Asking.WhoAsync(relay.Port, Transport.Udp);
        await relay.BackendsAsync();
        await relay.EndedAsync(Transport.Udp, EndReason.BackendGone);
        relay.Counters(Transport.Udp).Active.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Backends_GoneOneAfterTheOther_EndsTheSessionWithTheLast(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var first = new UdpPeer().Answer('1');
        using var second = new UdpPeer().Answer('2');
        await relay.BackendsAsync(first.Snapshot, second.Snapshot);
        using var asker = await Asking.AskAsync(relay.Port, Transport.Udp);
        (await asker.AnswerAsync()).ShouldBe('1');
        await relay.BackendsAsync(second.Snapshot);
        await relay.BackendsAsync();
        await relay.EndedAsync(Transport.Udp, EndReason.BackendGone);
        relay.Counters(Transport.Udp).Active.ShouldBe(0);
    }
}
