using System.Runtime.InteropServices;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>
/// Sends datagrams out of a batch, a run of equal ones in one call: the kernel carries them through its layers as one and cuts them apart at the end
/// (UDP_SEGMENT). Owns nothing but two small native arrays; payload is borrowed from the batch for the call. Safe because a run is bounded by
/// <see cref="MostSegments"/>, the arrays' length, and control data has room for both of its messages. One thread uses it.
/// </summary>
internal sealed unsafe class DatagramSender : IDisposable
{
    /// <summary>The kernel's own bound.</summary>
    public const int MostSegments = 64;

    /// <summary>With headers they must stay below what a device takes as one (65,536), or the kernel cuts them apart at once.</summary>
    public const int MostBytes = 65_400;

    private const int ControlSize = 128;

    private readonly IoVector* _parts = (IoVector*)NativeMemory.AllocZeroed(MostSegments, (nuint)sizeof(IoVector));
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(ControlSize);
    private int _count;
    private int _partCount;
    private bool _isDisposed;

    /// <summary>Takes a datagram into the run. It must stay where it is, in native or pinned memory, until the run is sent.</summary>
    public void Add(ReadOnlySpan<byte> datagram)
    {
        fixed (byte* data = datagram)
        {
            _count++;
            if (_partCount > 0 && _parts[_partCount - 1] is var before && before.Data + before.Length == data)
            {
                // They came in one run.
                _parts[_partCount - 1].Length += (nuint)datagram.Length;
                return;
            }

            _parts[_partCount++] = new IoVector { Data = data, Length = (nuint)datagram.Length };
        }
    }

    /// <summary>Sends the run: to the name, from the local address; or to the socket's peer where the name is of no family. 0, or a negative error number: then none was sent.</summary>
    public int Send(int fd, int segmentLength, in SocketName to, in LocalAddress from)
    {
        fixed (SocketName* name = &to)
        {
            var message = new MessageHeader { Parts = _parts, PartCount = (nuint)_partCount, Control = _control };
            if (to.Family != 0)
            {
                message.Name = name;
                message.NameLength = to.Length;
                message.ControlLength = (nuint)WriteLocal(from);
            }

            if (_count > 1)
            {
                message.ControlLength += (nuint)WriteSegment((int)message.ControlLength, segmentLength);
            }

            if (message.ControlLength == 0)
            {
                message.Control = null;
            }

            _count = _partCount = 0;
            return Libc.SendMessage(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -Marshal.GetLastSystemError() : 0;
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            NativeMemory.Free(_parts);
            NativeMemory.Free(_control);
        }
    }

    private int WriteLocal(in LocalAddress from)
    {
        if (!from.IsKnown)
        {
            return 0;
        }

        var data = new Span<byte>(_control + ControlHeader.Size, 24);
        data.Clear();
        if (from.IsIPv6)
        {
            *(ControlHeader*)_control = new ControlHeader { Length = ControlHeader.Size + 20, Level = IPPROTO_IPV6, Type = IPV6_PKTINFO };
            from.Address.WriteTo(data);
            return ControlHeader.Space(20);
        }

        *(ControlHeader*)_control = new ControlHeader { Length = ControlHeader.Size + 12, Level = IPPROTO_IP, Type = IP_PKTINFO };
        // struct in_pktinfo: interface (any), the address to send from, and one that only receiving fills in.
        Span<byte> address = stackalloc byte[16];
        from.Address.WriteTo(address);
        address[12..].CopyTo(data[4..]);
        return ControlHeader.Space(12);
    }

    private int WriteSegment(int offset, int length)
    {
        *(ControlHeader*)(_control + offset) = new ControlHeader { Length = ControlHeader.Size + sizeof(ushort), Level = IPPROTO_UDP, Type = UDP_SEGMENT };
        *(ushort*)(_control + offset + ControlHeader.Size) = (ushort)length;
        return ControlHeader.Space(sizeof(ushort));
    }
}
