using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>An address and port as the kernel writes them: <c>sockaddr_in</c> or <c>sockaddr_in6</c>, by <see cref="Family"/>. A value: owns nothing.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct SocketName
{
    public const int Size = 28;

    private const ulong MappedPrefix = 0xFFFF_0000_0000_0000;

    [FieldOffset(0)]
    public ushort Family;

    [FieldOffset(2)]
    private ushort _networkPort;

    [FieldOffset(4)]
    public uint Address4;

    [FieldOffset(8)]
    private uint _first;

    [FieldOffset(12)]
    private uint _second;

    [FieldOffset(16)]
    private uint _third;

    [FieldOffset(20)]
    private uint _fourth;

    [FieldOffset(24)]
    public uint Scope;

    public readonly uint Length => Family == SocketNumbers.AF_INET ? 16u : Size;

    public readonly int Port => BinaryPrimitives.ReverseEndianness(_networkPort);

    /// <summary>The upper half of the address as IPv6 (v4 is mapped), in the kernel's byte order: a key, not a number.</summary>
    public readonly ulong High => Family == SocketNumbers.AF_INET ? 0 : _first | ((ulong)_second << 32);

    /// <summary>The lower half, likewise.</summary>
    public readonly ulong Low => Family == SocketNumbers.AF_INET ? ((ulong)Address4 << 32) | (MappedPrefix >> 32) : _third | ((ulong)_fourth << 32);

    public static SocketName From(IPEndPoint endPoint)
    {
        var name = new SocketName { _networkPort = BinaryPrimitives.ReverseEndianness((ushort)endPoint.Port) };
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            name.Family = SocketNumbers.AF_INET;
            name.Address4 = MemoryMarshal.Read<uint>(bytes);
        }
        else
        {
            name.Family = SocketNumbers.AF_INET6;
            name.Scope = (uint)address.ScopeId;
            name._first = MemoryMarshal.Read<uint>(bytes);
            name._second = MemoryMarshal.Read<uint>(bytes[4..]);
            name._third = MemoryMarshal.Read<uint>(bytes[8..]);
            name._fourth = MemoryMarshal.Read<uint>(bytes[12..]);
        }

        return name;
    }

    /// <summary>The address, a v4 address as such also where a dual-stack socket saw it. Allocates: not for the byte path.</summary>
    public readonly IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (Family == SocketNumbers.AF_INET)
        {
            MemoryMarshal.Write(bytes, Address4);
            return new IPAddress(bytes[..4]);
        }

        MemoryMarshal.Write(bytes, High);
        MemoryMarshal.Write(bytes[8..], Low);
        return IsMapped ? new IPAddress(bytes[12..]) : new IPAddress(bytes, Scope);
    }

    public readonly ClientAddress ToClientAddress() => Family == SocketNumbers.AF_INET
        ? ClientAddress.FromIPv4(BinaryPrimitives.ReverseEndianness(Address4))
        : new ClientAddress(BinaryPrimitives.ReverseEndianness(High), BinaryPrimitives.ReverseEndianness(Low));

    public readonly IPEndPoint ToEndPoint() => new(ToAddress(), Port);

    /// <summary>True for a v4 address written as v6.</summary>
    public readonly bool IsMapped => Family == SocketNumbers.AF_INET6 && _first == 0 && _second == 0 && _third == 0xFFFF_0000;

    public readonly bool IsLoopback => Family == SocketNumbers.AF_INET
        ? (Address4 & 0xFF) == 127
        : IsMapped ? (_fourth & 0xFF) == 127 : _first == 0 && _second == 0 && _third == 0 && _fourth == 0x0100_0000;
}
