using Harbor.Proxy.DataPlane.Admission;
using Harbor.Proxy.DataPlane.Linux.Native;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// The pipes of a loop. A flow has one only while it moves, so a few serve all; where none is to be had (descriptors, or the system's limit of pipe memory for
/// a user), the flow is copied as before. Owns those that are not out. Touched by its loop's thread alone.
/// </summary>
internal sealed class PipePool(SharedLimit descriptors) : IDisposable
{
    /// <summary>Flows at once; each may have 1 MiB of the kernel's memory in its pipe while its receiver is slow.</summary>
    private const int Most = 16;

    private readonly Stack<SplicePipe> _free = new();
    private int _made;
    private long _lent;
    private bool _isRefused;

    /// <summary>How often a flow was given a pipe: shows which flows are spliced.</summary>
    public long Lent => Volatile.Read(ref _lent);

    public SplicePipe? TryRent()
    {
        var pipe = _free.TryPop(out var free) ? free : TryMake();
        Volatile.Write(ref _lent, _lent + (pipe is null ? 0 : 1));
        return pipe;
    }

    public void Return(SplicePipe pipe)
    {
        if (pipe.Filled == 0)
        {
            _free.Push(pipe);
            return;
        }

        // Another flow must not get what this one left.
        Close(pipe);
    }

    public void Dispose() => CloseFree();

    /// <summary>Closes those that are not out: a loop without connections keeps none.</summary>
    public void CloseFree()
    {
        while (_free.TryPop(out var pipe))
        {
            Close(pipe);
        }
    }

    private SplicePipe? TryMake()
    {
        if (_made == Most || _isRefused || !descriptors.TryTake(2))
        {
            return null;
        }

        if (Kernel.CreatePipe(SplicePipe.Size, out var readEnd, out var writeEnd) < 0)
        {
            // As a rule the user's limit of pipe memory, which does not change: no use to ask for every transfer.
            _isRefused = true;
            descriptors.Return(2);
            return null;
        }

        _made++;
        return new SplicePipe(readEnd, writeEnd);
    }

    private void Close(SplicePipe pipe)
    {
        pipe.Close();
        descriptors.Return(2);
        _made--;
    }
}
