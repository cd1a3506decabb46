using System.Runtime.InteropServices;

namespace Harbor.Proxy.DataPlane.Linux.Native;

/// <summary>
/// The system calls of the Linux engine, as libc has them. Owns nothing: every pointer is borrowed for the time of the call, and only <see cref="Kernel"/> and
/// the message batches beside it call in here, with memory that they hold pinned. All arguments are blittable, so no marshalling code stands between.
/// <para>
/// <c>errno</c> is read with <see cref="Marshal.GetLastSystemError"/> only after a call has failed: the runtime keeps it over the way back
/// from native code, and a call that worked need not pay for it. <see cref="SuppressGCTransitionAttribute"/> stands only on calls that neither block nor copy
/// data; a collection would have to wait for them.
/// </para>
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket")]
    [SuppressGCTransition]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind")]
    public static partial int Bind(int fd, void* address, uint length);

    [LibraryImport(Library, EntryPoint = "listen")]
    public static partial int Listen(int fd, int backlog);

    [LibraryImport(Library, EntryPoint = "accept4")]
    public static partial int Accept(int fd, void* address, uint* length, int flags);

    [LibraryImport(Library, EntryPoint = "connect")]
    public static partial int Connect(int fd, void* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockname")]
    [SuppressGCTransition]
    public static partial int GetSocketName(int fd, void* address, uint* length);

    [LibraryImport(Library, EntryPoint = "setsockopt")]
    [SuppressGCTransition]
    public static partial int SetOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt")]
    [SuppressGCTransition]
    public static partial int GetOption(int fd, int level, int name, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "recv")]
    public static partial nint Receive(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "send")]
    public static partial nint Send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "sendmsg")]
    public static partial nint SendMessage(int fd, void* message, int flags);

    [LibraryImport(Library, EntryPoint = "recvmmsg")]
    public static partial int ReceiveMessages(int fd, void* messages, uint count, int flags, void* timeout);

    [LibraryImport(Library, EntryPoint = "shutdown")]
    public static partial int Shutdown(int fd, int how);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "read")]
    public static partial nint Read(int fd, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "write")]
    public static partial nint Write(int fd, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "pipe2")]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "fcntl")]
    public static partial int Control(int fd, int command, int argument);

    [LibraryImport(Library, EntryPoint = "splice")]
    public static partial nint Splice(int from, void* fromOffset, int to, void* toOffset, nuint length, uint flags);

    [LibraryImport(Library, EntryPoint = "epoll_create1")]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl")]
    [SuppressGCTransition]
    public static partial int EpollControl(int epoll, int operation, int fd, void* @event);

    [LibraryImport(Library, EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, void* events, int capacity, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd")]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "getrlimit")]
    public static partial int GetLimit(int resource, ulong* softAndHard);
}
