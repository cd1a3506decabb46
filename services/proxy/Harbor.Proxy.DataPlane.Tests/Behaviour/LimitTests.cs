using System.Net;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Testing.Ports;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>What holds for all ports of an engine together.</summary>
public sealed class LimitTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> AllWithTransports => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task OfAllPorts_Reached_ShedsNewOnesAndKeepsThoseThatAreThere(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a", new RelayOptions { MaxConnections = 2, MaxSessions = 2 });
        using var first = await port.AskAsync();
        await first.AnswerAsync();
        using var second = await port.AskAsync();
        await second.AnswerAsync();
        for (var i = 1; i <= 20; i++)
        {
            using var shed = await port.AskAsync();
            await port.RefusedAsync(shed, RefusalReason.Shed);
        }

        await first.AskAsync();
        (await first.AnswerAsync()).ShouldBe('a');
        port.Counters.Active.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task OfAllPorts_Reached_IsWarnedOfOnce(RelayEngineKind kind, Transport transport)
    {
        using var loggers = new LogRecords();
        await using var relay = new Relay(kind, new RelayOptions { MaxConnections = 1, MaxSessions = 1 }, loggers: loggers);
        var (snapshot, instance) = Asking.Start(transport, 'a');
        using var running = instance;
        await relay.BackendsAsync(snapshot);
        using var first = await Asking.AskAsync(relay.Port, transport);
        await first.AnswerAsync();
        for (var i = 1; i <= 20; i++)
        {
            using var shed = await Asking.AskAsync(relay.Port, transport);
            await relay.RefusedAsync(transport, RefusalReason.Shed, i);
        }

        var warning = loggers.All.Where(entry => entry.Level >= LogLevel.Warning).ShouldHaveSingleItem();
        warning.Text.ShouldContain($"Port {relay.Port} sheds new clients over {transport}");
        warning.Text.ShouldContain("limit of descriptors");
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task ReservedRange_ConnectionsToBackends_StayOutOfIt(RelayEngineKind kind, Transport transport)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(6, 3), "needs Linux 6.3");
        var (first, last) = SystemPorts.EphemeralRange();
        await using var relay = new Relay(kind, new RelayOptions { ReservedRange = (first, last - 200) });
        using var tcp = new TcpBackend(FreePorts.Next());
        using var udp = new UdpPeer(port: tcp.Address.Port);
        await relay.BackendsAsync(tcp.Snapshot);
        var peers = new List<IDisposable>();
        for (var i = 0; i < 16; i++)
        {
            IPEndPoint from;
            if (transport == Transport.Tcp)
            {
                peers.Add(await TcpPeer.ConnectAsync(relay.Port));
                var server = await tcp.AcceptAsync();
                peers.Add(server);
                from = (IPEndPoint)server.Socket.RemoteEndPoint!;
            }
            else
            {
                var client = UdpPeer.ConnectTo(relay.Port);
                peers.Add(client);
                client.Send("?");
                from = (await udp.ReceiveFromAsync()).From;
            }

            from.Port.ShouldBeInRange(last - 199, last);
        }

        peers.ForEach(peer => peer.Dispose());
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task ListenAddress_IPv4_IsServed(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "a", new RelayOptions { ListenAddress = IPAddress.Any });
        // Kept, so that the system does not give its port, and with it its session, to the next client.
        using var served = await port.AskAsync(IPAddress.Parse("127.0.0.2"));
        (await served.AnswerAsync()).ShouldBe('a');
        await port.PolicyAsync(policy => policy with { Deny = [IPNetwork.Parse("127.0.0.2/32")] });
        using var asker = await port.AskAsync(IPAddress.Parse("127.0.0.2"));
        await port.RefusedAsync(asker, RefusalReason.Denied);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Calls_FromManyThreads_EndAsTheLastOneSaid(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var tcp = new TcpBackend().Answer('a');
        var ports = Enumerable.Range(0, 8).Select(_ => FreePorts.Next()).ToList();
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var port = ports[i % ports.Count];
            if (i % 3 == 0)
            {
                await relay.Engine.CloseAsync(port);
            }
            else
            {
                var transports = i % 5 == 0 ? Transports.Tcp : Transports.Both;
                (await relay.Engine.ApplyAsync(relay.Snapshot with { Port = port, Transports = transports, Backends = [tcp.Snapshot] }, CancellationToken.None)).IsOpen.ShouldBeTrue();
            }
        });
        foreach (var port in ports)
        {
            (await relay.Engine.ApplyAsync(relay.Snapshot with { Port = port, Backends = [tcp.Snapshot] }, CancellationToken.None)).IsOpen.ShouldBeTrue();
            (await Asking.WhoAsync(port, Transport.Tcp)).ShouldBe('a');
        }

        relay.Engine.OpenPorts.Order().ShouldBe(ports.Order());
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Held_PortCloses_IsLetGo(RelayEngineKind kind, Transport transport)
    {
        await using var port = await NamedPort.OpenAsync(kind, transport, "");
        await port.PolicyAsync(policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        using var asker = await port.AskAsync();
        await port.Relay.Engine.CloseAsync(port.Relay.Port);
        await asker.RefusedAsync();
        port.Relay.Engine.OpenPorts.ShouldBeEmpty();
    }
}
