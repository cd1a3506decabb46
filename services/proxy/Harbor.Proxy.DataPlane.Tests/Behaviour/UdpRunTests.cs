using System.Net;
using System.Security.Cryptography;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>
/// Datagrams that their sender hands to the system in one call (UDP_SEGMENT), as programs that speak QUIC do. Whatever an engine makes of that, they are single
/// datagrams to whoever gets them and to every rule.
/// </summary>
public sealed class UdpRunTests
{
    private const int HeaderLength = 16 + 12 + 3;

    public static TheoryData<RelayEngineKind> All => Engines.All;

    /// <summary>Length of all together, and of each.</summary>
    public static TheoryData<RelayEngineKind, int, int> Runs
    {
        get
        {
            var rows = new TheoryData<RelayEngineKind, int, int>();
            foreach (var kind in Engines.Kinds)
            {
                rows.Add(kind, 54 * 1_200, 1_200);
                rows.Add(kind, (20 * 1_200) + 7, 1_200);
                rows.Add(kind, 1_201, 1_200);
                rows.Add(kind, 64, 1);
                rows.Add(kind, 65_400, 32_700);
                rows.Add(kind, 65_507, 1_500);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task FromTheClient_ArrivesAsItsDatagrams(RelayEngineKind kind, int length, int each)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        for (var round = 1; round <= 3; round++)
        {
            var data = RandomNumberGenerator.GetBytes(length);
            client.SendRun(data, each);
            await ArrivesAsync(backend, data, each);
            var (count, bytes) = (round * Count(length, each), round * length);
            await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsIn == count && counters.BytesIn == bytes, $"{count} datagrams and {bytes} bytes counted");
        }

        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(0);
        relay.Counters(Transport.Udp).Accepted.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task FromTheBackend_ArrivesAsItsDatagrams(RelayEngineKind kind, int length, int each)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind, new RelayOptions { UdpAmplificationLimit = 0 });
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.Parse("127.0.0.3"), IPAddress.IPv6Loopback })
        {
            using var client = UdpPeer.ConnectTo(relay.Port, address);
            client.Send("?");
            var (_, session) = await backend.ReceiveFromAsync();
            var (before, data) = (relay.Counters(Transport.Udp), RandomNumberGenerator.GetBytes(length));
            backend.SendRun(data, each, session);
            await ArrivesAsync(client, data, each);
            await relay.CountersAsync(
                Transport.Udp,
                counters => counters.DatagramsOut == before.DatagramsOut + Count(length, each) && counters.BytesOut == before.BytesOut + length,
                $"{Count(length, each)} datagrams and {length} bytes counted");
        }

        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task OfManyClients_AtOnce_GoToTheirOwnSessions(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        var clients = Enumerable.Range(0, 40).Select(_ => UdpPeer.ConnectTo(relay.Port)).ToList();
        var data = clients.Select((_, i) => RandomNumberGenerator.GetBytes(1_000 + (50 * i))).ToList();
        for (var i = 0; i < clients.Count; i++)
        {
            clients[i].SendRun(data[i], 100);
        }

        for (var i = 0; i < clients.Count; i++)
        {
            await ArrivesAsync(clients[i], data[i], 100);
        }

        relay.Counters(Transport.Udp).Active.ShouldBe(40);
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Amplification_WithinARun_IsCutOff(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind, new RelayOptions { UdpAmplificationLimit = 10 });
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.Send("0123456789");
        var (_, session) = await backend.ReceiveFromAsync();
        backend.SendRun(new byte[(5 * 30) + 10], 30, session);
        await relay.CountersAsync(Transport.Udp, counters => counters is { DatagramsOut: 4, BytesOut: 100, DatagramsDropped: 2 }, "three long ones and the short one passed");
        var lengths = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            lengths.Add((await client.ReceiveAsync()).Length);
        }

        lengths.ShouldBe([30, 30, 30, 10]);
        client.SendRun(new byte[20], 10);
        await backend.ReceiveAsync();
        await backend.ReceiveAsync();
        backend.SendRun(new byte[5_000], 1_000, session);
        await ArrivesAsync(client, new byte[5_000], 1_000);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task ProxyHeader_IsOnTheFirstDatagramOfARunOnly(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.PolicyAsync(Transport.Udp, policy => policy with { ProxyHeader = ProxyHeader.V2 });
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        var data = RandomNumberGenerator.GetBytes(95);
        client.SendRun(data, 10);
        var first = await backend.ReceiveAsync();
        first.Length.ShouldBe(HeaderLength + relay.Snapshot.Owner.Length + 10);
        first[^10..].ShouldBe(data[..10]);
        await ArrivesAsync(backend, data[10..], 10);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Hold_ARun_KeepsItsFirstDatagram(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.PolicyAsync(Transport.Udp, policy => policy with { Hold = TimeSpan.FromSeconds(60) });
        await relay.BackendsAsync();
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.SendRun("firstsecondthird"u8, 5);
        await relay.CountersAsync(Transport.Udp, counters => counters is { DatagramsIn: 4, DatagramsDropped: 3 }, "all but the first dropped");
        await relay.BackendsAsync(backend.Snapshot);
        (await backend.ReceiveTextAsync()).ShouldBe("first");
        client.Send("next");
        (await backend.ReceiveTextAsync()).ShouldBe("next");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Denied_ARun_IsRefusedByDatagram(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.PolicyAsync(Transport.Udp, policy => policy with { Deny = [IPNetwork.Parse("127.0.0.0/8")] });
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.SendRun(new byte[95], 10);
        await relay.CountersAsync(Transport.Udp, counters => counters is { DatagramsIn: 10, DatagramsDropped: 10, Accepted: 0 }, "all ten dropped");
        relay.Counters(Transport.Udp).Refused[RefusalReason.Denied].ShouldBe(10);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task BackendRefusesByIcmp_AllOfTheRunGoesToTheNext(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs UDP_SEGMENT");
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.ApplyAsync(relay.Snapshot with { Transports = Transports.Udp, Backends = [Relay.BackendAt(FreePorts.Next()), backend.Snapshot] });
        using var client = UdpPeer.ConnectTo(relay.Port);
        var data = RandomNumberGenerator.GetBytes(95);
        client.SendRun(data, 10);
        await ArrivesAsync(backend, data, 10);
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(1);
        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(0);
    }

    private static int Count(int length, int each) => (length + each - 1) / each;

    private static async Task ArrivesAsync(UdpPeer receiver, byte[] data, int each)
    {
        var arrived = new List<byte>();
        for (var i = 0; i < Count(data.Length, each); i++)
        {
            var datagram = await receiver.ReceiveAsync($"datagram {i + 1} of {Count(data.Length, each)}");
            datagram.Length.ShouldBe(Math.Min(each, data.Length - (i * each)));
            arrived.AddRange(datagram);
        }

        SHA256.HashData(arrived.ToArray()).ShouldBe(SHA256.HashData(data));
    }
}
