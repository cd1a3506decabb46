using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Datagrams both ways, and how long a session lasts.</summary>
public sealed class UdpRelayTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Datagrams_BothWays_ArriveAsSent(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.Send("question");
        var (datagram, from) = await backend.ReceiveFromAsync();
        datagram.ShouldBe("question"u8.ToArray());
        backend.SendTo("answer", from);
        backend.SendTo("", from);
        backend.SendTo("more", from);
        (await client.ReceiveTextAsync()).ShouldBe("answer");
        (await client.ReceiveTextAsync()).ShouldBe("");
        (await client.ReceiveTextAsync()).ShouldBe("more");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Datagrams_OfAnySizeUpToTheLargest_ArriveWhole(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        foreach (var size in new[] { 0, 1, 1_200, 1_472, 1_473, 9_000, 32_768, 65_000, 65_507 })
        {
            var data = RandomNumberGenerator.GetBytes(size);
            client.Send(data);
            (await client.ReceiveAsync($"the echo of {size} bytes")).ShouldBe(data);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Clients_OfOnePort_AreKeptApart(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        var clients = Enumerable.Range(0, 100).Select(_ => UdpPeer.ConnectTo(relay.Port)).ToList();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < clients.Count; i++)
            {
                clients[i].Send($"{round} {i}");
            }

            for (var i = 0; i < clients.Count; i++)
            {
                (await clients[i].ReceiveTextAsync($"the answer of client {i}")).ShouldBe($"{round} {i}");
            }
        }

        relay.Counters(Transport.Udp).Active.ShouldBe(100);
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Answers_ComeFromTheAddressThatWasAsked(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal)
            .Append(IPAddress.Parse("127.0.0.77"))
            .ToList();
        addresses.Count.ShouldBeGreaterThan(1);
        foreach (var address in addresses)
        {
            using var client = UdpPeer.ConnectTo(relay.Port, address);
            client.Send(address.ToString());
            (await client.ReceiveTextAsync($"an answer from {address}")).ShouldBe(address.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Datagrams_OverIPv6ToAnIPv6Backend_AreRelayed(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer(IPAddress.IPv6Loopback).Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port, IPAddress.IPv6Loopback);
        client.Send("six");
        (await client.ReceiveTextAsync()).ShouldBe("six");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Datagram_LongerThanTheBackendsFamilyTakes_IsDroppedAndTheSessionGoesOn(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port, IPAddress.IPv6Loopback);
        client.Send("before");
        (await client.ReceiveTextAsync()).ShouldBe("before");
        client.Send(new byte[65_527]);
        await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsDropped == 1, "the long one dropped");
        client.Send("after");
        (await client.ReceiveTextAsync()).ShouldBe("after");
        relay.Counters(Transport.Udp).ConnectFailures.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Session_Idle_Ends(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer().Echo();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.Send("one");
        (await client.ReceiveTextAsync()).ShouldBe("one");
        await relay.PolicyAsync(Transport.Udp, policy => policy with { IdleTimeout = TimeSpan.FromMilliseconds(100) });
        await relay.EndedAsync(Transport.Udp, EndReason.Idle);
        relay.Counters(Transport.Udp).Active.ShouldBe(0);
        await relay.PolicyAsync(Transport.Udp, policy => policy with { IdleTimeout = TimeSpan.FromMinutes(1) });
        client.Send("again");
        (await client.ReceiveTextAsync()).ShouldBe("again");
        relay.Counters(Transport.Udp).Accepted.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Amplification_ByDefault_IsCutOffAtTwoHundredTimes(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.Send("0123456789");
        var (_, session) = await backend.ReceiveFromAsync();
        backend.SendTo(new byte[2_000], session);
        backend.SendTo(new byte[1], session);
        (await client.ReceiveAsync()).Length.ShouldBe(2_000);
        await relay.CountersAsync(Transport.Udp, counters => counters is { DatagramsOut: 1, DatagramsDropped: 1 }, "the byte too many dropped");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Amplification_BeforeTheThirdDatagram_IsCutOff(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind, new RelayOptions { UdpAmplificationLimit = 10 });
        using var backend = new UdpPeer();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.Send("0123456789");
        var (_, session) = await backend.ReceiveFromAsync();
        backend.SendTo(new byte[60], session);
        backend.SendTo(new byte[60], session);
        backend.SendTo(new byte[40], session);
        (await client.ReceiveAsync()).Length.ShouldBe(60);
        (await client.ReceiveAsync()).Length.ShouldBe(40);
        relay.Counters(Transport.Udp).DatagramsDropped.ShouldBe(1);
        client.Send("");
        client.Send("");
        await backend.ReceiveFromAsync();
        await backend.ReceiveFromAsync();
        backend.SendTo(new byte[5_000], session);
        (await client.ReceiveAsync("an answer after the third datagram")).Length.ShouldBe(5_000);
    }
}
