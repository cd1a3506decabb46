namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// The memory that a loop's sessions borrow while a receiver is slower than its sender, or a first datagram waits; an idle one holds none. Three sizes:
/// for a datagram, for what is left of an answer, and that of the loop's own transfer buffer, which a connection takes as it is rather than copy
/// it. Arrays are pinned for good, so that no call has to. Touched by its loop's thread alone.
/// </summary>
internal sealed class BufferPool
{
    internal const int SmallSize = 16 * 1024;

    /// <summary>64 KiB to 1 MiB measure alike on one stream; 256 KiB stays within a core's second-level cache.</summary>
    internal const int LargeSize = 256 * 1024;

    private const int TinySize = 2048;
    private const int KeptTiny = 1024;
    private const int KeptSmall = 128;
    private const int KeptLarge = 16;

    private readonly Stack<byte[]> _tiny = new();
    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _large = new();

    /// <summary>Buffers that are out; 0 once every connection has ended.</summary>
    public int Rented => Volatile.Read(ref _rented);

    private int _rented;

    /// <summary>A buffer of at least the length, which is at most <see cref="LargeSize"/>.</summary>
    public byte[] Rent(int length) => length switch
    {
        <= TinySize => Rent(_tiny, TinySize),
        <= SmallSize => Rent(_small, SmallSize),
        _ => Rent(_large, LargeSize),
    };

    public void Return(byte[] buffer)
    {
        Volatile.Write(ref _rented, _rented - 1);
        var (stack, kept) = buffer.Length switch
        {
            TinySize => (_tiny, KeptTiny),
            SmallSize => (_small, KeptSmall),
            _ => (_large, KeptLarge),
        };
        if (stack.Count < kept)
        {
            stack.Push(buffer);
        }
    }

    private byte[] Rent(Stack<byte[]> stack, int size)
    {
        Volatile.Write(ref _rented, _rented + 1);
        return stack.TryPop(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }
}
