using System.Net;
using System.Net.Sockets;
using Harbor.Testing.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Backends that were learned before the process started: whether they answer is found out before they get traffic.</summary>
public sealed class VerificationTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> AllWithTransports => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Unverified_AnswersConnects_GetsTraffic(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        using var tcp = new TcpBackend(FreePorts.Next()).Answer('a');
        using var udp = new UdpPeer(port: tcp.Address.Port).Answer('a');
        await relay.BackendsAsync(tcp.Snapshot with { Unverified = true });
        (await Asking.WhoAsync(relay.Port, transport)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Unverified_PortWithoutTcpAndNoRefusal_GetsTraffic(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Answer('a');
        await relay.ApplyAsync(relay.Snapshot with { Transports = Transports.Udp, Backends = [backend.Snapshot with { Unverified = true }] });
        (await Asking.WhoAsync(relay.Port, Transport.Udp)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Unverified_DoesNotAnswer_GetsNoTrafficUntilItIsHeardOf(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Answer('a');
        // Nothing listens on TCP there, so that its check fails.
        await relay.PolicyAsync(Transport.Udp, policy => policy with { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        await relay.BackendsAsync(backend.Snapshot with { Unverified = true });
        using var asker = await Asking.AskAsync(relay.Port, Transport.Udp);
        await relay.RefusedAsync(Transport.Udp, RefusalReason.NoBackend);
        await relay.BackendsAsync(backend.Snapshot);
        (await Asking.WhoAsync(relay.Port, Transport.Udp)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(AllWithTransports))]
    public async Task Unverified_AnswersOnlyLater_IsAskedAgainAndGetsTraffic(RelayEngineKind kind, Transport transport)
    {
        var time = new FakeTimeProvider();
        using var logs = new LogRecords();
        await using var relay = new Relay(kind, time: time, loggers: logs);
        var port = FreePorts.Next();
        using var udp = new UdpPeer(port: port).Answer('a');
        await relay.BackendsAsync(Relay.BackendAt(port) with { Unverified = true });
        await RefusalsAsync(logs, 1);
        time.Advance(TimeSpan.FromSeconds(1));
        await RefusalsAsync(logs, 2);

        using var tcp = new TcpBackend(port).Answer('a');
        time.Advance(TimeSpan.FromSeconds(2));

        await Waiting.UntilAsync(() => logs.All.Any(record => record.Text.EndsWith("known from before, answers", StringComparison.Ordinal)), () => "the backend to be verified");
        (await Asking.WhoAsync(relay.Port, transport)).ShouldBe('a');
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Unverified_ManyThatRefuse_AreAllAskedAndAgainAfterAPause(RelayEngineKind kind)
    {
        var time = new FakeTimeProvider();
        using var logs = new LogRecords();
        await using var relay = new Relay(kind, time: time, loggers: logs);
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        // Bound for UDP alone: every connect is refused. 127.0.1.1 to 127.0.1.200 are 200 backends at one port.
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await relay.BackendsAsync(Enumerable.Range(1, 200).Select(host => Relay.BackendAt(port, $"instance {host}") with
        {
            Address = new IPEndPoint(IPAddress.Parse($"127.0.1.{host}"), port),
            Unverified = true,
        }));

        await RefusalsAsync(logs, 200);
        time.Advance(TimeSpan.FromSeconds(1));

        await RefusalsAsync(logs, 400);
        time.Advance(TimeSpan.FromSeconds(1));
        RefusalsIn(logs).ShouldBe(400, "the next pause is two seconds long");
    }

    private static int RefusalsIn(LogRecords logs) => logs.All.Count(record => record.Text.EndsWith("does not answer yet", StringComparison.Ordinal));

    private static Task RefusalsAsync(LogRecords logs, int count) => Waiting.UntilAsync(() => RefusalsIn(logs) >= count, () => $"{count} refusals, {RefusalsIn(logs)} came");
}
