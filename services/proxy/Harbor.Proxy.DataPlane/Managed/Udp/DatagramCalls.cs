using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>
/// <c>recvmsg</c> and <c>sendmsg</c> with the local address as a control message. The only unsafe code of the managed engine: every pointer is to the
/// caller's span or to this frame's stack, and lives for one call; the handle is kept open by its marshaller. It owns nothing.
/// </summary>
internal static unsafe partial class DatagramCalls
{
    private const int IPv4Level = 0;
    private const int IPv6Level = 41;
    private const int IPv4PacketInfo = 8;
    private const int IPv6PacketInfo = 50;
    private const int IPv6ReceivePacketInfo = 49;
    private const int DontWait = 0x40;
    private const int InterruptedCall = 4;
    private const int IPv4Family = 2;
    private const int IPv6Family = 10;

    /// <summary>Linux on a machine of 64 bits, whose layouts these are.</summary>
    public static bool AreSupported { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    public static void AskForLocalAddress(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.SetRawSocketOption(IPv6Level, IPv6ReceivePacketInfo, [1, 0, 0, 0]);
        }
        else
        {
            socket.SetRawSocketOption(IPv4Level, IPv4PacketInfo, [1, 0, 0, 0]);
        }
    }

    /// <summary>-1 where there is no datagram.</summary>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer, bool isIPv6, out DatagramOrigin origin)
    {
        var name = stackalloc byte[28];
        var control = stackalloc byte[64];
        fixed (byte* data = buffer)
        {
            var part = new Part { Data = data, Length = (nuint)buffer.Length };
            var message = new Message { Name = name, NameLength = 28, Parts = &part, PartCount = 1, Control = control, ControlLength = 64 };
            nint length;
            do
            {
                length = ReceiveMessage(socket, &message, DontWait);
            }
            while (length < 0 && Marshal.GetLastPInvokeError() == InterruptedCall);

            if (length < 0)
            {
                origin = default;
                return -1;
            }

            var client = ClientEndpoint.FromSockaddr(new ReadOnlySpan<byte>(name, 28), isIPv6);
            origin = new DatagramOrigin(client, LocalAddress(message), isIPv6 ? Unsafe.ReadUnaligned<uint>(name + 24) : 0);
            return (int)length;
        }
    }

    public static bool TrySend(SafeSocketHandle socket, ReadOnlySpan<byte> datagram, bool isIPv6, in DatagramOrigin to)
    {
        var name = stackalloc byte[28];
        var control = stackalloc byte[64];
        var (nameLength, controlLength) = isIPv6 ? WriteIPv6(name, control, to) : WriteIPv4(name, control, to);
        fixed (byte* data = datagram)
        {
            var part = new Part { Data = data, Length = (nuint)datagram.Length };
            var message = new Message { Name = name, NameLength = nameLength, Parts = &part, PartCount = 1, Control = control, ControlLength = controlLength };
            while (SendMessage(socket, &message, DontWait) < 0)
            {
                if (Marshal.GetLastPInvokeError() != InterruptedCall)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static ClientAddress LocalAddress(in Message message)
    {
        for (var offset = 0; offset + sizeof(ControlHeader) <= (int)message.ControlLength;)
        {
            ref var header = ref *(ControlHeader*)(message.Control + offset);
            var data = message.Control + offset + sizeof(ControlHeader);
            if (header is { Level: IPv6Level, Type: IPv6PacketInfo })
            {
                return ClientAddress.FromBytes(new ReadOnlySpan<byte>(data, 16));
            }

            if (header is { Level: IPv4Level, Type: IPv4PacketInfo })
            {
                // The interface stands first; then our own address, also where the packet went to a broadcast address.
                return ClientAddress.FromBytes(new ReadOnlySpan<byte>(data + 4, 4));
            }

            offset += (int)((header.Length + 7) & ~(nuint)7);
        }

        return default;
    }

    private static (uint NameLength, nuint ControlLength) WriteIPv6(byte* name, byte* control, in DatagramOrigin to)
    {
        var address = new Span<byte>(name, 28);
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)IPv6Family);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], to.Client.Port);
        to.Client.Address.WriteTo(address[8..]);
        BitConverter.TryWriteBytes(address[24..], to.Scope);
        if (to.Local == default)
        {
            return (28, 0);
        }

        *(ControlHeader*)control = new ControlHeader { Length = (nuint)sizeof(ControlHeader) + 20, Level = IPv6Level, Type = IPv6PacketInfo };
        var info = new Span<byte>(control + sizeof(ControlHeader), 24);
        info.Clear();
        to.Local.WriteTo(info);
        return (28, (nuint)sizeof(ControlHeader) + 24);
    }

    private static (uint NameLength, nuint ControlLength) WriteIPv4(byte* name, byte* control, in DatagramOrigin to)
    {
        var address = new Span<byte>(name, 16);
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)IPv4Family);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], to.Client.Port);
        BinaryPrimitives.WriteUInt32BigEndian(address[4..], to.Client.Address.IPv4);
        if (to.Local == default)
        {
            return (16, 0);
        }

        *(ControlHeader*)control = new ControlHeader { Length = (nuint)sizeof(ControlHeader) + 12, Level = IPv4Level, Type = IPv4PacketInfo };
        var info = new Span<byte>(control + sizeof(ControlHeader), 16);
        info.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(info[4..], to.Local.IPv4);
        return (16, (nuint)sizeof(ControlHeader) + 16);
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeSocketHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeSocketHandle socket, Message* message, int flags);

    /// <summary><c>struct iovec</c>.</summary>
    private struct Part
    {
        public byte* Data;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    private struct Message
    {
        public byte* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct cmsghdr</c>; its data follows, and the next header at a multiple of 8.</summary>
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
