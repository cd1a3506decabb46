using System.Buffers.Binary;
using System.Globalization;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.ProxyHeaders;

/// <summary>
/// Writes the PROXY protocol header (haproxy.org <c>proxy-protocol.txt</c>): who the client is and which address it came to, as version 1
/// (text) or 2 (binary, with the port's owner as a TLV). No allocation.
/// </summary>
internal static class ProxyHeaderWriter
{
    /// <summary>The TLV type of the owner (the service instance id, UTF-8): the first of those that the protocol leaves to applications.</summary>
    public const byte OwnerTlv = 0xE0;

    /// <summary>An owner's name longer than this is cut, which no service instance id is (255 characters).</summary>
    public const int MaxOwnerLength = 1024;

    /// <summary>No header is longer.</summary>
    public const int MaxLength = 16 + 36 + 3 + MaxOwnerLength;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Returns the header's length; 0 for <see cref="ProxyHeader.None"/>, and for version 1 over UDP, which has none.</summary>
    public static int Write(Span<byte> destination, ProxyHeader version, Transport transport, ClientEndpoint client, ClientEndpoint local, ReadOnlySpan<byte> owner) =>
        version switch
        {
            ProxyHeader.V1 when transport == Transport.Tcp => WriteV1(destination, client, local),
            ProxyHeader.V2 => WriteV2(destination, transport, client, local, owner),
            _ => 0,
        };

    private static int WriteV1(Span<byte> destination, ClientEndpoint client, ClientEndpoint local)
    {
        var isIPv4 = client.Address.IsIPv4 && local.Address.IsIPv4;
        var length = Append(destination, 0, isIPv4 ? "PROXY TCP4 "u8 : "PROXY TCP6 "u8);
        length = AppendAddress(destination, length, client.Address, isIPv4);
        length = Append(destination, length, " "u8);
        length = AppendAddress(destination, length, local.Address, isIPv4);
        length = Append(destination, length, " "u8);
        length = AppendNumber(destination, length, client.Port);
        length = Append(destination, length, " "u8);
        length = AppendNumber(destination, length, local.Port);
        return Append(destination, length, "\r\n"u8);
    }

    private static int WriteV2(Span<byte> destination, Transport transport, ClientEndpoint client, ClientEndpoint local, ReadOnlySpan<byte> owner)
    {
        var isIPv4 = client.Address.IsIPv4 && local.Address.IsIPv4;
        Signature.CopyTo(destination);
        destination[12] = 0x21;
        destination[13] = (byte)((isIPv4 ? 0x10 : 0x20) | (transport == Transport.Tcp ? 0x1 : 0x2));
        var length = 16;
        if (isIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[length..], client.Address.IPv4);
            BinaryPrimitives.WriteUInt32BigEndian(destination[(length + 4)..], local.Address.IPv4);
            length += 8;
        }
        else
        {
            client.Address.WriteTo(destination[length..]);
            local.Address.WriteTo(destination[(length + 16)..]);
            length += 32;
        }

        BinaryPrimitives.WriteUInt16BigEndian(destination[length..], client.Port);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 2)..], local.Port);
        length += 4;
        owner = owner[..Math.Min(owner.Length, MaxOwnerLength)];
        destination[length] = OwnerTlv;
        BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 1)..], (ushort)owner.Length);
        owner.CopyTo(destination[(length + 3)..]);
        length += 3 + owner.Length;
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)(length - 16));
        return length;
    }

    private static int AppendAddress(Span<byte> destination, int length, ClientAddress address, bool isIPv4)
    {
        // IPv6 without "::": as valid, and needs no search for the longest run of zeros.
        Span<byte> bytes = stackalloc byte[16];
        address.WriteTo(bytes);
        for (var i = 0; i < (isIPv4 ? 4 : 8); i++)
        {
            if (i > 0)
            {
                length = Append(destination, length, isIPv4 ? "."u8 : ":"u8);
            }

            length = isIPv4
                ? AppendNumber(destination, length, bytes[12 + i])
                : AppendNumber(destination, length, BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]), "x");
        }

        return length;
    }

    private static int AppendNumber(Span<byte> destination, int length, int number, string? format = null)
    {
        number.TryFormat(destination[length..], out var written, format, CultureInfo.InvariantCulture);
        return length + written;
    }

    private static int Append(Span<byte> destination, int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination[length..]);
        return length + text.Length;
    }
}
