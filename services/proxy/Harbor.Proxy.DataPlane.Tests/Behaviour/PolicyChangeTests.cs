using System.Net;
using System.Text;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Each rule, changed while there is traffic: the next one is under the new rule, and those that are there go on.</summary>
public sealed class PolicyChangeTests
{
    private static IPAddress Other { get; } = IPAddress.Parse("127.0.0.2");

    public static TheoryData<RelayEngineKind> Kinds => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> All => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Balance_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "abc");
        await port.PolicyAsync(policy => policy with { Balance = BalanceMode.First });
        using var old = await port.AskAsync();
        (await old.AnswerAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { Balance = BalanceMode.RoundRobin });
        var (askers, answers) = (new List<Asker>(), "");
        for (var i = 0; i < 6; i++)
        {
            askers.Add(await port.AskAsync());
            answers += await askers[^1].AnswerAsync();
        }

        answers.Order().ShouldBe("aabbcc");
        await old.AskAsync();
        (await old.AnswerAsync()).ShouldBe('a');
        askers.ForEach(asker => asker.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Deny_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var old = await port.AskAsync(Other);
        (await old.AnswerAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { Deny = [IPNetwork.Parse("127.0.0.2/32")] });
        using var refused = await port.AskAsync(Other);
        await port.RefusedAsync(refused, RefusalReason.Denied);
        await old.AskAsync();
        (await old.AnswerAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { Deny = [] });
        using var let = await port.AskAsync(Other);
        (await let.AnswerAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task MaxConnectionsPerSource_Changed_CountsThoseThatAreThere(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var first = await port.AskAsync();
        await first.AnswerAsync();
        using var second = await port.AskAsync();
        await second.AnswerAsync();
        await port.PolicyAsync(policy => policy with { MaxConnectionsPerSource = 2 });
        using var third = await port.AskAsync();
        await port.RefusedAsync(third, RefusalReason.MaxConnectionsPerSource);
        await port.PolicyAsync(policy => policy with { MaxConnectionsPerSource = 3 });
        using var fourth = await port.AskAsync();
        (await fourth.AnswerAsync()).ShouldBe('a');
        await first.AskAsync();
        (await first.AnswerAsync()).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task RatePerSource_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a");
        using var old = await port.AskAsync();
        await old.AnswerAsync();
        await port.PolicyAsync(policy => policy with { ConnectionRatePerSource = 1 });
        var askers = new List<Asker>();
        while (!port.Counters.Refused.ContainsKey(RefusalReason.RatePerSource))
        {
            askers.Count.ShouldBeLessThan(1_000, "more came in than the rate allows");
            askers.Add(await port.AskAsync());
        }

        await old.AskAsync();
        (await old.AnswerAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { ConnectionRatePerSource = 0 });
        using var let = await port.AskAsync();
        (await let.AnswerAsync()).ShouldBe('a');
        askers.ForEach(asker => asker.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_Changed_HoldsForTheNextOnes(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "", new RelayOptions { MaxHeldPerPort = 1 });
        using var before = await port.AskAsync();
        await port.RefusedAsync(before, RefusalReason.NoBackend);
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        // Of two, where one may wait, one does as soon as the other is refused.
        using var one = await port.AskAsync();
        using var other = await port.AskAsync();
        await port.Relay.RefusedAsync(transport, RefusalReason.NoBackend, 2);
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.Zero });
        using var after = await port.AskAsync();
        await after.RefusedAsync();
        await port.Relay.RefusedAsync(transport, RefusalReason.NoBackend, 3);
        await port.StartAsync('a');
        await port.Relay.CountersAsync(transport, counters => counters.BytesOut == 1, "the one that waited to be answered");
        var answers = new[] { await port.AnswerOrNullAsync(one), await port.AnswerOrNullAsync(other) };
        answers.Count(answer => answer == 'a').ShouldBe(1);
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
}
