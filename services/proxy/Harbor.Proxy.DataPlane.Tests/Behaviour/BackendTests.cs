using System.Net.Sockets;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class BackendTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> AllWithTransports => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Gone_ItsConnectionsAreResetBeforeApplyReturnsAndOthersStay(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var first = new TcpBackend();
        using var second = new TcpBackend();
        await relay.BackendsAsync(first.Snapshot, second.Snapshot);
        using var toFirst = await TcpPeer.ConnectAsync(relay.Port);
        using var onFirst = await first.AcceptAsync();
        using var toSecond = await TcpPeer.ConnectAsync(relay.Port);
        using var onSecond = await second.AcceptAsync();
        // A byte each way shows that both are relaying.
        await onFirst.SendAsync("1");
        await toFirst.ReceiveAsync(1);
        await onSecond.SendAsync("2");
        await toSecond.ReceiveAsync(1);

        await relay.BackendsAsync(second.Snapshot);

        toFirst.Socket.Poll(0, SelectMode.SelectRead).ShouldBeTrue();
        onFirst.Socket.Poll(0, SelectMode.SelectRead).ShouldBeTrue();
        await toFirst.ResetAsync();
        await onFirst.ResetAsync();
        await toSecond.SendAsync("still");
        (await onSecond.ReceiveTextAsync(5)).ShouldBe("still");
        await relay.EndedAsync(Transport.Tcp, EndReason.BackendGone);
        relay.Counters(Transport.Tcp).Active.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task OtherProcessAtTheSameAddress_OldConnectionsAreReset(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        await server.SendAsync("1");
        await client.ReceiveAsync(1);
        await relay.BackendsAsync(backend.Snapshot with { Identity = "another instance" });
        await client.ResetAsync();
        await server.ResetAsync();
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Draining_KeepsItsOwnAndGetsNoNewOnes(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        var (first, one) = Asking.Start(transport, '1');
        var (second, two) = Asking.Start(transport, '2');
        using var firstInstance = one;
        using var secondInstance = two;
        await relay.BackendsAsync(first);
        using var old = await Asking.AskAsync(relay.Port, transport);
        (await old.AnswerAsync()).ShouldBe('1');
        await relay.BackendsAsync(first with { Draining = true }, second);
        for (var i = 0; i < 5; i++)
        {
            (await Asking.WhoAsync(relay.Port, transport)).ShouldBe('2');
        }

        await old.AskAsync();
        (await old.AnswerAsync()).ShouldBe('1');
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Draining_NoLiveOne_GetsNewOnes(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        var (snapshot, instance) = Asking.Start(transport, '1');
        using var running = instance;
        await relay.BackendsAsync(snapshot with { Draining = true });
        (await Asking.WhoAsync(relay.Port, transport)).ShouldBe('1');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refuses_TheConnectionGoesToTheNextAndOthersPassItBy(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend().Answer('b');
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.First });
        await relay.BackendsAsync(Relay.BackendAt(FreePorts.Next()), Relay.BackendAt(FreePorts.Next()), backend.Snapshot);
        for (var i = 0; i < 5; i++)
        {
            (await Asking.WhoAsync(relay.Port, Transport.Tcp)).ShouldBe('b');
        }

        relay.Counters(Transport.Tcp).ConnectFailures.ShouldBe(2);
        relay.Counters(Transport.Tcp).Refused.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task DoesNotAnswer_TheConnectionGoesToTheNextAfterTheConnectTimeout(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var stuck = new StuckBackend();
        using var backend = new TcpBackend().Answer('b');
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.First, ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        await relay.BackendsAsync(stuck.Snapshot, backend.Snapshot);
        (await Asking.WhoAsync(relay.Port, Transport.Tcp)).ShouldBe('b');
        relay.Counters(Transport.Tcp).ConnectFailures.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task GoneWhileAConnectionGoesThere_TheConnectionGoesToAnother(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var stuck = new StuckBackend();
        using var backend = new TcpBackend().Answer('b');
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.First, ConnectTimeout = TimeSpan.FromMinutes(1) });
        await relay.BackendsAsync(stuck.Snapshot, backend.Snapshot);
        using var asker = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await relay.BackendsAsync(backend.Snapshot);
        (await asker.AnswerAsync()).ShouldBe('b');
        relay.Counters(Transport.Tcp).ConnectFailures.ShouldBe(0);
    }

    /// <summary>The refusal and the news that the backend is gone are there in the same moment, in either order: in one of many tries.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task GoneWhileItRefuses_TheConnectionsWaitForAnother(RelayEngineKind kind)
    {
        const int rounds = 400;
        const int clients = 8;
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend().Answer('b');
        var refusing = FreePorts.Next();
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Hold = TimeSpan.FromMinutes(1) });
        for (var round = 0; round < rounds; round++)
        {
            await relay.BackendsAsync(Enumerable.Range(0, 4).Select(number => Relay.BackendAt(refusing, $"{round}/{number}")));
            var asking = Enumerable.Range(0, clients).Select(_ => Asking.AskAsync(relay.Port, Transport.Tcp)).ToList();
            await relay.BackendsAsync();
            await relay.BackendsAsync(backend.Snapshot);
            foreach (var asked in asking)
            {
                using var asker = await asked;
                (await asker.AnswerAsync()).ShouldBe('b');
            }
        }

        relay.Counters(Transport.Tcp).Ended.Keys.ShouldNotContain(EndReason.Internal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task AllRefuse_TheClientIsReset(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        await relay.BackendsAsync(Relay.BackendAt(FreePorts.Next()), Relay.BackendAt(FreePorts.Next()));
        using var client = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await client.RefusedAsync();
        await relay.RefusedAsync(Transport.Tcp, RefusalReason.BackendsUnreachable);
        relay.Counters(Transport.Tcp).ConnectFailures.ShouldBe(2);
        // All are set aside now, and tried all the same.
        using var next = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await next.RefusedAsync();
        await relay.RefusedAsync(Transport.Tcp, RefusalReason.BackendsUnreachable, 2);
        relay.Counters(Transport.Tcp).ConnectFailures.ShouldBe(4);
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task SetAside_AnswersAgain_GetsNewOnesAgain(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        var port = FreePorts.Next();
        var (other, instance) = Asking.Start(transport, 'b');
        using var running = instance;
        await relay.PolicyAsync(transport, policy => policy with { Balance = BalanceMode.First });
        await relay.ApplyAsync(relay.Snapshot with { Backends = [Relay.BackendAt(port), other] });
        (await Asking.WhoAsync(relay.Port, transport)).ShouldBe('b');
        relay.Counters(transport).ConnectFailures.ShouldBe(1);
        using IDisposable back = transport == Transport.Tcp ? new TcpBackend(port).Answer('a') : new UdpPeer(port: port).Answer('a');
        var started = TimeProvider.System.GetTimestamp();
        while (await Asking.WhoAsync(relay.Port, transport) != 'a')
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Waiting.Limit, "the backend was never tried again");
        }
    }
}
