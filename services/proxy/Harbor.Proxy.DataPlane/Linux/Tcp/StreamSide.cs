using Harbor.Proxy.DataPlane.Linux.Loops;
using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <summary>
/// One of the two sockets of a connection, and what waits to be written to it. Owns the descriptor and, while bytes wait, the buffer that holds them.
/// Watched edge-triggered: what epoll has said holds until a call says otherwise, so no call is made to ask.
/// </summary>
internal struct StreamSide
{
    private const int FullTransfersToSplice = 4;

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
    private SplicePipe? _pipe;
    private int _fullTransfers;
    private int _offset;
    private int _length;

    public readonly bool HasWaiting => _length > 0 || _pipe is { Filled: > 0 };

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
        var sent = _length > 0 ? Kernel.Send(Descriptor, Waiting) : _pipe!.Empty(Descriptor);
        if (sent < 0)
        {
            Blocked |= sent == -Errno.Again;
            return sent;
        }

        if (_length > 0)
        {
            _offset += sent;
            _length -= sent;
            if (_length == 0)
            {
                loop.Buffers.Return(_waiting!);
                _waiting = null;
            }
        }

        Blocked = HasWaiting;
        return sent;
    }

    /// <summary>
    /// To be told of each transfer to this side. A flow that fills the buffer time after time has more to gain from a pipe than it costs: half the
    /// processor time of copies, from about a MiB on.
    /// </summary>
    public void Moved(int length, int most) => _fullTransfers = length < most ? 0 : Math.Min(_fullTransfers + 1, FullTransfersToSplice);

    /// <summary>The pipe that the flow to this side goes through, while it moves in bulk and there is one. To be asked for while nothing waits.</summary>
    public SplicePipe? PipeFor(EventLoop loop)
    {
        if (_fullTransfers == FullTransfersToSplice)
        {
            return _pipe ??= loop.Pipes!.TryRent();
        }

        ReturnPipe(loop);
        return null;
    }

    /// <summary>The flow pauses: an idle connection holds no pipe.</summary>
    public void ReturnPipe(EventLoop loop)
    {
        if (_pipe is { } pipe)
        {
            loop.Pipes!.Return(pipe);
            _pipe = null;
        }
    }

    public void DropWaiting(EventLoop loop)
    {
        ReturnPipe(loop);
        if (_waiting is { } buffer)
        {
            loop.Buffers.Return(buffer);
            _waiting = null;
            _length = 0;
        }
    }
}
