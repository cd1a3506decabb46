using System.Runtime.InteropServices;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>
/// An epoll instance and the batch of events it last gave. Owns its descriptor and the native memory of the batch, both released by <see cref="Dispose"/>.
/// Safe because the batch is written only by <see cref="Wait"/>, within its capacity, and read only below the count that <see cref="Wait"/> returned. One thread waits and
/// reads; <see cref="Add"/> and <see cref="Remove"/> may be called from any.
/// </summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int Capacity = 256;

    // struct epoll_event is packed on x86-64 alone.
    private static readonly int _dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _stride = _dataOffset + sizeof(ulong);

    private readonly int _fd;
    private byte* _events;

    public Epoll()
    {
        _fd = Libc.EpollCreate(EPOLL_CLOEXEC);
        if (_fd < 0)
        {
            throw new InvalidOperationException($"epoll_create1 failed with error {Marshal.GetLastSystemError()}.");
        }

        _events = (byte*)NativeMemory.AllocZeroed(Capacity, (nuint)_stride);
    }

    /// <summary>0, or a negative error number.</summary>
    public int Add(int fd, uint events, ulong token) => Control(EPOLL_CTL_ADD, fd, events, token);

    /// <summary>Changes what is watched; a descriptor that is ready for it is reported anew.</summary>
    public int Change(int fd, uint events, ulong token) => Control(EPOLL_CTL_MOD, fd, events, token);

    public void Remove(int fd) => _ = Control(EPOLL_CTL_DEL, fd, 0, 0);

    /// <summary>The number of events there are now to read, after at most the given time; -1 waits for ever.</summary>
    public int Wait(int timeoutMilliseconds) => Math.Max(0, Libc.EpollWait(_fd, _events, Capacity, timeoutMilliseconds));

    public uint Events(int index) => *(uint*)(_events + (index * _stride));

    public ulong Token(int index) => *(ulong*)(_events + (index * _stride) + _dataOffset);

    public void Dispose()
    {
        if (_events != null)
        {
            NativeMemory.Free(_events);
            _events = null;
            _ = Libc.Close(_fd);
        }
    }

    private int Control(int operation, int fd, uint events, ulong token)
    {
        var item = stackalloc byte[16];
        *(uint*)item = events;
        *(ulong*)(item + _dataOffset) = token;
        return Libc.EpollControl(_fd, operation, fd, item) < 0 ? -Marshal.GetLastSystemError() : 0;
    }
}
