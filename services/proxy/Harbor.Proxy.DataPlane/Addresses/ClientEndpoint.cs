using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Addresses;

/// <summary>An address and a port, without allocation: the key of a UDP session, and the two ends that a PROXY header names.</summary>
internal readonly record struct ClientEndpoint(ClientAddress Address, ushort Port)
{
    public static ClientEndpoint From(IPEndPoint endpoint) => new(ClientAddress.From(endpoint.Address), (ushort)endpoint.Port);

    /// <summary>
    /// From a system socket address (<c>sockaddr_in</c>, <c>sockaddr_in6</c>): both keep the port at byte 2; the address is at 4 or at 8. The
    /// family's number differs between systems, so the caller says which it is.
    /// </summary>
    public static ClientEndpoint FromSockaddr(ReadOnlySpan<byte> sockaddr, bool isIPv6)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(sockaddr[2..]);
        return new ClientEndpoint(ClientAddress.FromBytes(isIPv6 ? sockaddr.Slice(8, 16) : sockaddr.Slice(4, 4)), port);
    }

    public static ClientEndpoint From(SocketAddress address) =>
        FromSockaddr(address.Buffer.Span, address.Family == AddressFamily.InterNetworkV6);

    public IPEndPoint ToIPEndPoint() => new(Address.ToIPAddress(), Port);

    public override string ToString() => ToIPEndPoint().ToString();
}
