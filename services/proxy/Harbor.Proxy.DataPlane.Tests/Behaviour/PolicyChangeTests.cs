using System.Net;
using System.Text;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Rules that change while there is traffic: the next one is under the new rule, and those that are there go on.</summary>
public sealed class PolicyChangeTests
{
    public static TheoryData<RelayEngineKind> Kinds => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> All => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(All))]
    public async Task IdleTimeout_SetUnderTraffic_EndsWhatIsIdle(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var asker = await port.AnsweredAsync();
        await port.PolicyAsync(policy => policy with { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        await port.Relay.EndedAsync(transport, EndReason.Idle);
        await asker.RefusedAsync();
        port.Counters.Active.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Policy_ChangedOverAndOver_TurnsNobodyAwayAndEndsNobody(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "ab");
        using var old = await port.AnsweredAsync();
        using var over = new CancellationTokenSource();
        var changing = ChangeAsync(port, over.Token);
        for (var i = 0; i < 200; i++)
        {
            (await port.WhoAsync()).ShouldBeOneOf('a', 'b');
        }

        await over.CancelAsync();
        (await changing.WithinAsync("the last change")).ShouldBeGreaterThan(10);
        await old.AskAgainAsync();
        port.Counters.Refused.ShouldBeEmpty();
        port.Counters.Ended.Keys.ShouldBeSubsetOf([EndReason.ClientClosed]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ConnectTimeout_Changed_HoldsForTheNextOnes(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var stuck = new StuckBackend();
        using var backend = new TcpBackend().Answer('b');
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.First, ConnectTimeout = TimeSpan.FromMinutes(1) });
        await relay.BackendsAsync(stuck.Snapshot, backend.Snapshot);
        using var waiting = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        using var next = await Asking.AskAsync(relay.Port, Transport.Tcp);
        (await next.AnswerAsync()).ShouldBe('b');
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ProxyHeader_ChangedForTcp_HoldsForTheNextOnes(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var old = await TcpPeer.ConnectAsync(relay.Port);
        using var onOld = await backend.AcceptAsync();
        await onOld.SendAsync("!");
        await old.ReceiveAsync(1);
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { ProxyHeader = ProxyHeader.V1 });
        using var next = await TcpPeer.ConnectAsync(relay.Port);
        await next.SendAsync("next");
        using var onNext = await backend.AcceptAsync();
        (await onNext.ReceiveTextAsync(11)).ShouldBe("PROXY TCP4 ");
        await old.SendAsync("old");
        (await onOld.ReceiveTextAsync(3)).ShouldBe("old");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ProxyHeader_ChangedForUdp_HoldsForTheNextOnes(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        using var old = UdpPeer.ConnectTo(relay.Port, IPAddress.IPv6Loopback);
        old.Send("old");
        (await backend.ReceiveTextAsync()).ShouldBe("old");
        await relay.PolicyAsync(Transport.Udp, policy => policy with { ProxyHeader = ProxyHeader.V2 });
        using var next = UdpPeer.ConnectTo(relay.Port, IPAddress.IPv6Loopback);
        next.Send("next");
        var datagram = await backend.ReceiveAsync();
        datagram[..14].ShouldBe([.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x22]);
        new IPAddress(datagram.AsSpan(16, 16)).ShouldBe(IPAddress.IPv6Loopback);
        Encoding.ASCII.GetString(datagram[^4..]).ShouldBe("next");
        old.Send("older");
        (await backend.ReceiveTextAsync()).ShouldBe("older");
    }

    /// <summary>Every rule, in turns, and none that keeps anybody out. Returns how often.</summary>
    private static async Task<int> ChangeAsync(NamedPort port, CancellationToken over)
    {
        var count = 0;
        for (; !over.IsCancellationRequested; count++)
        {
            var (number, on) = (count, count % 2 == 0);
            await port.PolicyAsync(policy => (number % 6) switch
            {
                0 => policy with { Balance = (BalanceMode)(number / 6 % 5) },
                1 => policy with { Allow = on ? [IPNetwork.Parse("127.0.0.0/8")] : [] },
                2 => policy with { Deny = on ? [IPNetwork.Parse("192.0.2.0/24")] : [] },
                3 => policy with { MaxConnections = 10_000 + number, MaxConnectionsPerSource = 10_000 + number, ConnectionRatePerSource = 1_000_000 },
                4 => policy with { ConnectTimeout = TimeSpan.FromSeconds(20 + (number % 10)), Hold = TimeSpan.FromSeconds(number % 3) },
                _ => policy with { IdleTimeout = TimeSpan.FromMinutes(1 + (number % 5)) },
            });
            await Task.Yield();
        }

        return count;
    }
}
