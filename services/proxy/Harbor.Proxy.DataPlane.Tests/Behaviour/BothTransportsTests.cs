using System.Net;
using System.Net.Sockets;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>What the two transports of one port have in common.</summary>
public sealed class BothTransportsTests
{
    private const int MaxHeld = 1_024;

    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task SourceHash_OfOneSource_IsTheSameInstanceOverBoth(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        var instances = new List<IDisposable>();
        var backends = new List<BackendSnapshot>();
        foreach (var name in "abcd")
        {
            var tcp = new TcpBackend(FreePorts.Next()).Answer(name);
            instances.AddRange([tcp, new UdpPeer(port: tcp.Address.Port).Answer(name)]);
            backends.Add(tcp.Snapshot);
        }

        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.SourceHash });
        await relay.PolicyAsync(Transport.Udp, policy => policy with { Balance = BalanceMode.SourceHash });
        await relay.BackendsAsync(backends);
        var (overTcp, overUdp) = ("", "");
        for (var i = 1; i <= 32; i++)
        {
            var source = new IPAddress([127, 0, 2, (byte)i]);
            overTcp += await Asking.WhoAsync(relay.Port, Transport.Tcp, source);
            overUdp += await Asking.WhoAsync(relay.Port, Transport.Udp, source);
        }

        overUdp.ShouldBe(overTcp);
        overTcp.Distinct().Count().ShouldBe(4);
        instances.ForEach(instance => instance.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_OfBoth_ShareWhatMayWaitOnThePort(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind, new RelayOptions { MaxHeldPerPort = 2 });
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        await relay.PolicyAsync(Transport.Udp, policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        await relay.BackendsAsync();
        using var session = await Asking.AskAsync(relay.Port, Transport.Udp);
        await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsIn == 1, "the datagram that waits");
        using var connection = await Asking.AskAsync(relay.Port, Transport.Tcp);
        // Loops take connections side by side: which of the two is the one too many is theirs to say.
        using var other = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await relay.RefusedAsync(Transport.Tcp, RefusalReason.NoBackend);
        using var third = await Asking.AskAsync(relay.Port, Transport.Udp);
        await relay.RefusedAsync(Transport.Udp, RefusalReason.NoBackend);
        relay.Counters(Transport.Tcp).Refused.Values.Sum().ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_ByDefault_LetsOneThousandAndTwentyFourWait(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        await relay.PolicyAsync(Transport.Udp, policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        await relay.BackendsAsync();
        var clients = new List<Socket>();
        for (var i = 1; i <= MaxHeld + 6; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            clients.Add(client);
            client.Connect(IPAddress.Loopback, relay.Port);
            client.Send("?"u8);
            // One by one: a burst of so many might not fit into the socket's buffer.
            await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsIn == i, $"datagram {i}");
        }

        await relay.RefusedAsync(Transport.Udp, RefusalReason.NoBackend, 6);
        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(6);
        clients.ForEach(client => client.Dispose());
    }
}
