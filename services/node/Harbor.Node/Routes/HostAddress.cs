using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Harbor.Node.Routes;

/// <summary>An IP address in 16 bytes, IPv4 as IPv4-mapped: a key that costs no object, a million of which are held.</summary>
internal readonly record struct HostAddress(ulong High, ulong Low)
{
    public static HostAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        return new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>Takes addresses alone: a name could lead anywhere, past <see cref="BackendNetworks"/>.</summary>
    public static HostAddress? Parse(string? text)
        => text is not null && !text.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address) ? Of(address) : null;

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    public override string ToString() => ToIPAddress().ToString();

    /// <summary>As it stands in a URI or a log: IPv6 in brackets.</summary>
    public string WithPort(int port)
    {
        var address = ToIPAddress();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:{port}" : $"{address}:{port}";
    }
}
