using System.Runtime.InteropServices;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>
/// The system calls in safe clothes: spans and values instead of pointers, and a negative error number instead of -1 with <c>errno</c>. Owns nothing;
/// descriptors are plain numbers that belong to the caller. Safe because every span and reference is pinned for exactly the time of its call, and
/// its own length is what the kernel is told.
/// </summary>
internal static unsafe class Kernel
{
    /// <summary>The error of the call that just failed, negated.</summary>
    private static int Error => -Marshal.GetLastSystemError();

    public static int Socket(int family, int type) => Check(Libc.Socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));

    public static int Bind(int fd, in SocketName name)
    {
        fixed (SocketName* pointer = &name)
        {
            return Check(Libc.Bind(fd, pointer, name.Length));
        }
    }

    public static int Listen(int fd, int backlog) => Check(Libc.Listen(fd, backlog));

    public static int Accept(int fd, out SocketName peer)
    {
        peer = default;
        var length = (uint)SocketName.Size;
        fixed (SocketName* pointer = &peer)
        {
            return Check(Libc.Accept(fd, pointer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
        }
    }

    public static int Connect(int fd, in SocketName name)
    {
        fixed (SocketName* pointer = &name)
        {
            return Check(Libc.Connect(fd, pointer, name.Length));
        }
    }

    public static int GetLocalName(int fd, out SocketName name)
    {
        name = default;
        var length = (uint)SocketName.Size;
        fixed (SocketName* pointer = &name)
        {
            return Check(Libc.GetSocketName(fd, pointer, &length));
        }
    }

    public static int SetOption(int fd, int level, int option, int value) => Check(Libc.SetOption(fd, level, option, &value, sizeof(int)));

    /// <summary>The pending error of a socket, which this clears; 0 where there is none.</summary>
    public static int TakeError(int fd)
    {
        var value = 0;
        var length = (uint)sizeof(int);
        return Libc.GetOption(fd, SOL_SOCKET, SO_ERROR, &value, &length) < 0 ? Marshal.GetLastSystemError() : value;
    }

    public static int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            return Check((int)Libc.Receive(fd, pointer, (nuint)buffer.Length, MSG_DONTWAIT));
        }
    }

    /// <summary>Where more is to follow, or a FIN, the kernel may keep an incomplete segment back for it.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> data, bool moreFollows = false)
    {
        fixed (byte* pointer = data)
        {
            return Check((int)Libc.Send(fd, pointer, (nuint)data.Length, MSG_DONTWAIT | MSG_NOSIGNAL | (moreFollows ? MSG_MORE : 0)));
        }
    }

    /// <summary>Moves bytes between a socket and a pipe, pages and not copies. Never with SPLICE_F_MORE, which holds the last bytes back.</summary>
    public static int Splice(int from, int to, int most) => Check((int)Libc.Splice(from, null, to, null, (nuint)most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));

    /// <summary>A pipe of the size, or a negative error number and none.</summary>
    public static int CreatePipe(int size, out int readEnd, out int writeEnd)
    {
        var ends = stackalloc int[2];
        var error = Check(Libc.Pipe(ends, SOCK_NONBLOCK | SOCK_CLOEXEC));
        (readEnd, writeEnd) = error < 0 ? (-1, -1) : (ends[0], ends[1]);
        if (error == 0 && (error = Check(Libc.Control(writeEnd, F_SETPIPE_SZ, size))) < 0)
        {
            Close(readEnd);
            Close(writeEnd);
        }

        return Math.Min(error, 0);
    }

    public static int ShutdownSend(int fd) => Check(Libc.Shutdown(fd, SHUT_WR));

    /// <summary>Closes in order: what is in the kernel's buffers still goes out, and a FIN after it.</summary>
    public static void Close(int fd) => _ = Libc.Close(fd);

    /// <summary>Closes with a reset: what is in the kernel's buffers is dropped.</summary>
    public static void Reset(int fd)
    {
        var linger = 1L; // struct linger: on, for 0 seconds.
        _ = Libc.SetOption(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(long));
        _ = Libc.Close(fd);
    }

    /// <summary>The soft limit of open descriptors.</summary>
    public static int DescriptorLimit()
    {
        var limits = stackalloc ulong[2];
        return Libc.GetLimit(RLIMIT_NOFILE, limits) < 0 ? 1024 : (int)Math.Min(limits[0], int.MaxValue);
    }

    public static int CreateWakeup() => Check(Libc.EventDescriptor(0, SOCK_NONBLOCK | SOCK_CLOEXEC));

    public static void Wake(int fd)
    {
        var one = 1L;
        _ = Libc.Write(fd, &one, sizeof(long));
    }

    public static void ClearWakeup(int fd)
    {
        long value;
        _ = Libc.Read(fd, &value, sizeof(long));
    }

    private static int Check(int result) => result >= 0 ? result : Error;
}
