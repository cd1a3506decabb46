using System.Net;
using System.Text;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.ProxyHeaders;

namespace Harbor.Proxy.DataPlane.Tests.ProxyHeaders;

public sealed class ProxyHeaderWriterTests
{
    [Theory]
    [InlineData("192.0.2.1:56324", "198.51.100.7:443", "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n")]
    [InlineData("[::ffff:192.0.2.1]:1", "[::ffff:198.51.100.7]:65535", "PROXY TCP4 192.0.2.1 198.51.100.7 1 65535\r\n")]
    [InlineData("[2001:db8::1]:56324", "[::1]:443", "PROXY TCP6 2001:db8:0:0:0:0:0:1 0:0:0:0:0:0:0:1 56324 443\r\n")]
    public void Write_V1_IsTheDocumentedLine(string client, string local, string expected)
    {
        Encoding.ASCII.GetString(Write(ProxyHeader.V1, Transport.Tcp, client, local, "")).ShouldBe(expected);
    }

    [Fact]
    public void Write_V1LongestAddresses_FitsTheProtocolsLimit()
    {
        const string longest = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535";
        Write(ProxyHeader.V1, Transport.Tcp, longest, longest, "").Length.ShouldBe(104);
    }

    [Theory]
    [InlineData(Transport.Tcp, 0x11)]
    [InlineData(Transport.Udp, 0x12)]
    public void Write_V2OverIPv4_IsTheDocumentedHeaderWithTheOwner(Transport transport, byte family)
    {
        byte[] expected =
        [
            0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, family, 0, 12 + 3 + 5,
            192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0x01, 0xBB,
            0xE0, 0, 5, .. "owner"u8,
        ];
        Write(ProxyHeader.V2, transport, "192.0.2.1:56324", "198.51.100.7:443", "owner").ShouldBe(expected);
    }

    [Fact]
    public void Write_V2OverIPv6_HasBothAddressesInFull()
    {
        var header = Write(ProxyHeader.V2, Transport.Tcp, "[2001:db8::1]:1000", "[::1]:443", "x");
        header[13].ShouldBe((byte)0x21);
        header[15].ShouldBe((byte)(36 + 3 + 1));
        new IPAddress(header.AsSpan(16, 16)).ShouldBe(IPAddress.Parse("2001:db8::1"));
        new IPAddress(header.AsSpan(32, 16)).ShouldBe(IPAddress.IPv6Loopback);
    }

    [Fact]
    public void Write_OwnerOfAnyLength_NeverExceedsTheMaximum()
    {
        Write(ProxyHeader.V2, Transport.Tcp, "[::1]:1", "[::1]:2", new string('ü', 5_000)).Length.ShouldBe(ProxyHeaderWriter.MaxLength);
    }

    [Fact]
    public void Write_NoneOrV1OverUdp_IsNothing()
    {
        Write(ProxyHeader.None, Transport.Tcp, "192.0.2.1:1", "192.0.2.1:2", "x").ShouldBeEmpty();
        Write(ProxyHeader.V1, Transport.Udp, "192.0.2.1:1", "192.0.2.1:2", "x").ShouldBeEmpty();
    }

    private static byte[] Write(ProxyHeader version, Transport transport, string client, string local, string owner)
    {
        var buffer = new byte[ProxyHeaderWriter.MaxLength];
        var length = ProxyHeaderWriter.Write(
            buffer, version, transport, ClientEndpoint.From(IPEndPoint.Parse(client)), ClientEndpoint.From(IPEndPoint.Parse(local)), Encoding.UTF8.GetBytes(owner));
        return buffer[..length];
    }
}
