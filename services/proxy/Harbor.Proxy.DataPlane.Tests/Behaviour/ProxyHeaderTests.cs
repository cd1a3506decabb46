using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class ProxyHeaderTests
{
    private const int IPv4HeaderLength = 16 + 12;

    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task V1_Tcp_NamesTheClientAndTheAddressItCameTo(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { ProxyHeader = ProxyHeader.V1 });
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port, IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.2"));
        await client.SendAsync("hello");
        using var server = await backend.AcceptAsync();
        var header = $"PROXY TCP4 127.0.0.2 127.0.0.3 {((IPEndPoint)client.Socket.LocalEndPoint!).Port} {relay.Port}\r\n";
        (await server.ReceiveTextAsync(header.Length + 5)).ShouldBe(header + "hello");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task V2_Tcp_NamesTheClientTheAddressAndTheOwner(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { ProxyHeader = ProxyHeader.V2 });
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port, IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.2"));
        await client.SendAsync("hello");
        using var server = await backend.AcceptAsync();
        var length = IPv4HeaderLength + 3 + relay.Snapshot.Owner.Length;
        IsHeader(await server.ReceiveAsync(length), 0x11, (IPEndPoint)client.Socket.LocalEndPoint!, new IPEndPoint(IPAddress.Parse("127.0.0.3"), relay.Port), relay.Snapshot.Owner);
        (await server.ReceiveTextAsync(5)).ShouldBe("hello");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task V2_Udp_IsOnTheFirstDatagramOnlyAndAgainForAnotherBackend(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var first = new UdpPeer();
        using var second = new UdpPeer();
        await relay.PolicyAsync(Transport.Udp, policy => policy with { ProxyHeader = ProxyHeader.V2 });
        await relay.BackendsAsync(first.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port, IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.2"));
        var address = new IPEndPoint(IPAddress.Parse("127.0.0.2"), client.Address.Port);
        client.Send("one");
        client.Send("two");
        var local = new IPEndPoint(IPAddress.Parse("127.0.0.3"), relay.Port);
        HasHeader(await first.ReceiveAsync(), address, local, relay.Snapshot.Owner, "one");
        (await first.ReceiveTextAsync()).ShouldBe("two");
        await relay.BackendsAsync(second.Snapshot);
        client.Send("three");
        HasHeader(await second.ReceiveAsync(), address, local, relay.Snapshot.Owner, "three");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task V2_UdpTooLongForOneDatagram_IsDroppedAndTheNextPassesWithTheHeader(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new UdpPeer();
        await relay.PolicyAsync(Transport.Udp, policy => policy with { ProxyHeader = ProxyHeader.V2 });
        await relay.BackendsAsync(backend.Snapshot);
        using var client = UdpPeer.ConnectTo(relay.Port);
        client.Send(new byte[65_507]);
        await relay.CountersAsync(Transport.Udp, counters => counters.DatagramsDropped == 1, "the long one dropped");
        client.Send("short");
        HasHeader(await backend.ReceiveAsync(), new IPEndPoint(IPAddress.Loopback, client.Address.Port), new IPEndPoint(IPAddress.Loopback, relay.Port), relay.Snapshot.Owner, "short");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task V2_TcpOverIPv6_NamesIPv6Addresses(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { ProxyHeader = ProxyHeader.V2 });
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port, IPAddress.IPv6Loopback);
        using var server = await backend.AcceptAsync();
        var header = await server.ReceiveAsync(16 + 36);
        header[13].ShouldBe((byte)0x21);
        new IPAddress(header.AsSpan(16, 16)).ShouldBe(IPAddress.IPv6Loopback);
        BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(48)).ShouldBe((ushort)((IPEndPoint)client.Socket.LocalEndPoint!).Port);
        BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(50)).ShouldBe((ushort)relay.Port);
    }

    private static void HasHeader(byte[] datagram, IPEndPoint client, IPEndPoint local, string owner, string text)
    {
        var length = IPv4HeaderLength + 3 + owner.Length;
        IsHeader(datagram[..length], 0x12, client, local, owner);
        Encoding.ASCII.GetString(datagram[length..]).ShouldBe(text);
    }

    private static void IsHeader(byte[] header, byte family, IPEndPoint client, IPEndPoint local, string owner)
    {
        header[..14].ShouldBe([.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, family]);
        BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(14)).ShouldBe((ushort)(header.Length - 16));
        new IPEndPoint(new IPAddress(header.AsSpan(16, 4)), BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(24))).ShouldBe(client);
        new IPEndPoint(new IPAddress(header.AsSpan(20, 4)), BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(26))).ShouldBe(local);
        header[28].ShouldBe((byte)0xE0);
        Encoding.UTF8.GetString(header[31..]).ShouldBe(owner);
    }
}
