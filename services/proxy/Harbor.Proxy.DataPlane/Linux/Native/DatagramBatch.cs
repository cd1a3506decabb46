using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Addresses;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>
/// Datagrams received with one call. Owns native memory: for each place the payload (of which the kernel touches, and so makes resident, only what
/// comes), the sender's name and control data, and the headers that point to them. A place takes a datagram, or a run of them that the kernel had not cut
/// apart (UDP_GRO): equal in length, but for a shorter last one. Safe because the headers are filled in once and only their
/// lengths are set again before each call, because what a run is cut into never goes beyond what was received, and because indexers are only good below
/// the count that <see cref="Receive"/> returned. One thread uses it.
/// </summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    /// <summary>54 datagrams of 1,200 bytes are what one segmented send takes.</summary>
    public const int Capacity = 64;

    /// <summary>
    /// Asked for after a batch that had runs: some 800 datagrams are enough for one call (64 places measure alike), and make little more than 1 MiB of a
    /// loop's memory resident, where 64 could be 4 MiB.
    /// </summary>
    private const int CapacityForRuns = 16;

    /// <summary>More than the longest datagram (65,507 over IPv4, 65,527 over IPv6), and so than any run.</summary>
    public const int MaxLength = 65536;

    /// <summary>Where the datagram came to (40 bytes at most), and of what length those of a run are (24).</summary>
    private const int ControlSize = 128;

    private readonly MessageHeader* _headers = Allocate<MessageHeader>(Capacity);
    private readonly IoVector* _parts = Allocate<IoVector>(Capacity);
    private readonly SocketName* _names = Allocate<SocketName>(Capacity);
    private readonly byte* _controls = Allocate<byte>(Capacity * ControlSize);

    // Not zeroed: that would make all of it resident.
    private readonly byte* _payload = (byte*)NativeMemory.Alloc(Capacity, MaxLength);
    private Datagram[] _datagrams = new Datagram[Capacity];
    private int _asked;
    private int _next = Capacity;
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

    /// <summary>Every place was taken: there may be more.</summary>
    public bool IsFull => _used == _asked;

    /// <summary>How many datagrams came, or a negative error number.</summary>
    public int Receive(int fd)
    {
        for (var i = 0; i < _used; i++)
        {
            _headers[i].NameLength = SocketName.Size;
            _headers[i].ControlLength = ControlSize;
        }

        _asked = _next;
        var places = Libc.ReceiveMessages(fd, _headers, (uint)_asked, MSG_DONTWAIT, null);
        _used = Math.Max(0, places);
        if (places < 0)
        {
            return -Marshal.GetLastSystemError();
        }

        var count = Cut(places);
        _next = count > places ? CapacityForRuns : Capacity;
        return count;
    }

    public ReadOnlySpan<byte> Data(int index) => new(_parts[_datagrams[index].Place].Data + _datagrams[index].Offset, _datagrams[index].Length);

    public int Length(int index) => _datagrams[index].Length;

    /// <summary>It came in one run with the one before it, and so from the same sender to the same address.</summary>
    public bool IsOfSameRun(int index) => _datagrams[index].Offset > 0;

    public ref readonly SocketName Name(int index) => ref _names[_datagrams[index].Place];

    /// <summary>The one after it in the chain that it is in.</summary>
    public ref int Next(int index) => ref _datagrams[index].Next;

    /// <summary>From the control data that <c>IP_PKTINFO</c> or <c>IPV6_RECVPKTINFO</c> asks for.</summary>
    public LocalAddress Local(int index)
    {
        var place = _datagrams[index].Place;
        var data = Find(place, IPPROTO_IPV6, IPV6_PKTINFO);
        if (data is not null)
        {
            return new LocalAddress(ClientAddress.FromBytes(new ReadOnlySpan<byte>(data, 16)), IsIPv6: true);
        }

        data = Find(place, IPPROTO_IP, IP_PKTINFO);
        // The interface stands first; then our own address, also where the packet went to a broadcast address.
        return data is null ? default : new LocalAddress(ClientAddress.FromBytes(new ReadOnlySpan<byte>(data + 4, 4)), IsIPv6: false);
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

    /// <summary>Lists the datagrams of all places. Returns how many there are.</summary>
    private int Cut(int places)
    {
        var count = 0;
        for (var place = 0; place < places; place++)
        {
            var received = (int)_headers[place].Transferred;
            var each = (int*)Find(place, IPPROTO_UDP, UDP_GRO);
            var length = each is not null && *each > 0 ? *each : received;
            var offset = 0;
            do
            {
                if (count == _datagrams.Length)
                {
                    Array.Resize(ref _datagrams, 2 * count);
                }

                _datagrams[count++] = new Datagram { Place = place, Offset = offset, Length = Math.Min(length, received - offset) };
                offset += length;
            }
            while (offset < received);
        }

        return count;
    }

    /// <summary>The data of a place's control message, or null where there is none of the kind.</summary>
    private byte* Find(int place, int level, int type)
    {
        var control = (byte*)_headers[place].Control;
        var length = (int)_headers[place].ControlLength;
        for (var offset = 0; offset + ControlHeader.Size <= length;)
        {
            var header = (ControlHeader*)(control + offset);
            if (header->Level == level && header->Type == type)
            {
                return control + offset + ControlHeader.Size;
            }

            offset += (int)((header->Length + 7) & ~(nuint)7);
        }

        return null;
    }

    /// <summary>Where a datagram is in the payload, and which one follows it in a chain.</summary>
    private struct Datagram
    {
        public int Place;
        public int Offset;
        public int Length;
        public int Next;
    }
}
