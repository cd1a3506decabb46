using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Addresses;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>
/// Datagrams received with one call. Owns native memory: for each place the payload (of which the kernel touches, and so makes resident, only what a
/// datagram fills), the sender's name and control data, and the headers that point to them. Safe because the headers are filled in once and only their
/// lengths are set again before each call, and because indexers are only good below the count that <see cref="Receive"/> returned. One thread uses it.
/// </summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    /// <summary>54 datagrams of 1,200 bytes are what one segmented send takes.</summary>
    public const int Capacity = 64;

    /// <summary>More than the longest datagram (65,507 over IPv4, 65,527 over IPv6).</summary>
    public const int MaxLength = 65536;

    private const int ControlSize = 64;

    private readonly MessageHeader* _headers = Allocate<MessageHeader>(Capacity);
    private readonly IoVector* _parts = Allocate<IoVector>(Capacity);
    private readonly SocketName* _names = Allocate<SocketName>(Capacity);
    private readonly byte* _controls = Allocate<byte>(Capacity * ControlSize);

    // Not zeroed: that would make all of it resident.
    private readonly byte* _payload = (byte*)NativeMemory.Alloc(Capacity, MaxLength);
    private int _used = Capacity;
    private bool _isDisposed;

    public DatagramBatch()
    {
        for (var i = 0; i < Capacity; i++)
        {
            _parts[i] = new IoVector { Data = _payload + ((nint)i * MaxLength), Length = MaxLength };
            _headers[i].Parts = &_parts[i];
            _headers[i].PartCount = 1;
            _headers[i].Name = &_names[i];
            _headers[i].Control = _controls + (i * ControlSize);
        }
    }

    /// <summary>How many came, or a negative error number.</summary>
    public int Receive(int fd)
    {
        for (var i = 0; i < _used; i++)
        {
            _headers[i].NameLength = SocketName.Size;
            _headers[i].ControlLength = ControlSize;
        }

        var count = Libc.ReceiveMessages(fd, _headers, Capacity, MSG_DONTWAIT, null);
        _used = Math.Max(0, count);
        return count < 0 ? -Marshal.GetLastSystemError() : count;
    }

    public ReadOnlySpan<byte> Data(int index) => new(_parts[index].Data, Length(index));

    public int Length(int index) => (int)_headers[index].Transferred;

    public ref readonly SocketName Name(int index) => ref _names[index];

    /// <summary>From the control data that <c>IP_PKTINFO</c> or <c>IPV6_RECVPKTINFO</c> asks for.</summary>
    public LocalAddress Local(int index)
    {
        var control = (byte*)_headers[index].Control;
        var length = (int)_headers[index].ControlLength;
        for (var offset = 0; offset + ControlHeader.Size <= length;)
        {
            var header = (ControlHeader*)(control + offset);
            var data = control + offset + ControlHeader.Size;
            if (header->Level == IPPROTO_IPV6 && header->Type == IPV6_PKTINFO)
            {
                return new LocalAddress(ClientAddress.FromBytes(new ReadOnlySpan<byte>(data, 16)), IsIPv6: true);
            }

            if (header->Level == IPPROTO_IP && header->Type == IP_PKTINFO)
            {
                // The interface stands first; then our own address, also where the packet went to a broadcast address.
                return new LocalAddress(ClientAddress.FromBytes(new ReadOnlySpan<byte>(data + 4, 4)), IsIPv6: false);
            }

            offset += (int)((header->Length + 7) & ~(nuint)7);
        }

        return default;
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            NativeMemory.Free(_headers);
            NativeMemory.Free(_parts);
            NativeMemory.Free(_names);
            NativeMemory.Free(_controls);
            NativeMemory.Free(_payload);
        }
    }

    private static T* Allocate<T>(int count)
        where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
}
