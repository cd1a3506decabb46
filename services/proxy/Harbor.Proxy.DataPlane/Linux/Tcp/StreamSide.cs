using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <summary>
/// One of the two sockets of a connection, and what waits to be written to it. Owns the descriptor and, while bytes wait, the buffer that holds them.
/// Watched edge-triggered: what epoll has said holds until a call says otherwise, so no call is made to ask.
/// </summary>
internal struct StreamSide
{
    public int Descriptor;

    /// <summary>There may be bytes to receive.</summary>
    public bool Readable;

    /// <summary>The peer has sent its FIN; there may be bytes before it.</summary>
    public bool HungUp;

    /// <summary>The peer's FIN is in the kernel's queue, behind what it sent before, and no error has come.</summary>
    public bool FinIsIn;

    /// <summary>The peer has sent urgent data.</summary>
    public bool HasUrgent;

    /// <summary>All that the peer sent has been received, and its FIN.</summary>
    public bool Ended;

    /// <summary>Our FIN has been sent to the peer.</summary>
    public bool Finished;

    /// <summary>The peer's window or our send buffer is full.</summary>
    public bool Blocked;

    /// <summary>Also watched for becoming writable.</summary>
    public bool WatchesWrites;

    private byte[]? _waiting;
    private int _offset;
    private int _length;

    public readonly bool HasWaiting => _length > 0;

    public readonly ReadOnlySpan<byte> Waiting => _waiting.AsSpan(_offset, _length);

    public static StreamSide Of(int descriptor) => new() { Descriptor = descriptor };

    /// <summary>Keeps what a send did not take. Of a large rest it takes over the loop's transfer buffer itself, and the loop another.</summary>
    public void Keep(EventLoop loop, int offset, int length)
    {
        if (length <= BufferPool.SmallSize)
        {
            _waiting = loop.Buffers.Rent(length);
            loop.Transfer.AsSpan(offset, length).CopyTo(_waiting);
            _offset = 0;
        }
        else
        {
            _waiting = loop.Transfer;
            loop.Transfer = loop.Buffers.Rent(BufferPool.LargeSize);
            _offset = offset;
        }

        _length = length;
        Blocked = true;
    }

    /// <summary>Sends what waits. The result of the send: a negative error, or what was taken.</summary>
    public int SendWaiting(EventLoop loop)
    {
        var sent = Kernel.Send(Descriptor, Waiting);
        if (sent < 0)
        {
            Blocked |= sent == -Errno.Again;
            return sent;
        }

        _offset += sent;
        _length -= sent;
        Blocked = _length > 0;
        if (_length == 0)
        {
            DropWaiting(loop);
        }

        return sent;
    }

    public void DropWaiting(EventLoop loop)
    {
        if (_waiting is { } buffer)
        {
            loop.Buffers.Return(buffer);
            _waiting = null;
            _length = 0;
        }
    }
}
