using System.Net.Sockets;
using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>
/// Sends equal datagrams, many with one call (sendmmsg): one by one they cost their sender so much that a relay kept up with it, and what was measured was the sender. Owns native memory.
/// </summary>
internal sealed unsafe partial class DatagramFlood : IDisposable
{
    private readonly uint _count;
    private readonly byte* _payload;
    private readonly IoVector* _part = (IoVector*)NativeMemory.AllocZeroed(1, (nuint)sizeof(IoVector));
    private readonly MessageHeader* _messages;

    /// <param name="length">Of each, in bytes.</param>
    /// <param name="count">How many with one call.</param>
    public DatagramFlood(int length, int count)
    {
        _count = (uint)count;
        _payload = (byte*)NativeMemory.AllocZeroed((nuint)length);
        *_part = new IoVector { Data = _payload, Length = (nuint)length };
        _messages = (MessageHeader*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(MessageHeader));
        for (var index = 0; index < count; index++)
        {
            _messages[index] = new MessageHeader { Parts = _part, PartCount = 1 };
        }
    }

    public void Send(Socket connected)
    {
        if (SendMessages((int)connected.Handle, _messages, _count, 0) < 0)
        {
            throw new SocketException(Marshal.GetLastSystemError());
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_part);
        NativeMemory.Free(_payload);
    }

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMessages(int fd, void* messages, uint count, int flags);
}
