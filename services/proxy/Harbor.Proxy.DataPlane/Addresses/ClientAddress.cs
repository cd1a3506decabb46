using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Addresses;

/// <summary>
/// An IP address as 16 bytes in two words, in one form for both families: IPv4 is <c>::ffff:a.b.c.d</c>. So a client that comes over a dual-stack
/// socket has the same address as over an IPv4 one, and tables, hashes and rules need no allocation and no second case.
/// </summary>
internal readonly record struct ClientAddress(ulong High, ulong Low)
{
    private const ulong MappedPrefix = 0x0000_ffff_0000_0000;

    public bool IsIPv4 => High == 0 && (Low & 0xffff_ffff_0000_0000) == MappedPrefix;

    /// <summary>The address as a number; only where <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => (uint)Low;

    /// <summary>The address as a number; IPv4 as the mapped address.</summary>
    public UInt128 Value => new(High, Low);

    /// <summary>From a number in host order.</summary>
    public static ClientAddress FromIPv4(uint address) => new(0, MappedPrefix | address);

    /// <summary>From 4 or 16 bytes in network order, as socket addresses hold them.</summary>
    public static ClientAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
        : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public static ClientAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return FromBytes(bytes[..written]);
    }

    /// <summary>The address in 16 bytes, network order.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteTo(bytes);
        return new IPAddress(IsIPv4 ? bytes[12..] : bytes);
    }

    public override string ToString() => ToIPAddress().ToString();

    /// <summary>The network that an IPv6 address is in; an IPv4 address is its own.</summary>
    public ClientAddress SourceOf(int prefixIPv6) => IsIPv4 ? this : new ClientAddress(High & Mask(prefixIPv6), Low & Mask(prefixIPv6 - 64));

    /// <summary>The same in every process and on every worker, unlike <see cref="GetHashCode"/>: what <see cref="BalanceMode.SourceHash"/> hashes.</summary>
    public ulong StableHash() => Mix(Mix(High ^ 0x9e37_79b9_7f4a_7c15) ^ Low);

    /// <summary>A bijection that spreads every input bit over all output bits (the finisher of splitmix64).</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58_476d_1ce4_e5b9;
        value = (value ^ (value >> 27)) * 0x94d0_49bb_1331_11eb;
        return value ^ (value >> 31);
    }

    /// <summary>So many ones from the top; none and all where it is less than 0 or more than 64.</summary>
    private static ulong Mask(int bits) => bits <= 0 ? 0 : ulong.MaxValue << (64 - Math.Min(bits, 64));

    internal static AddressFamily FamilyOf(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? AddressFamily.InterNetwork : address.AddressFamily;
}
