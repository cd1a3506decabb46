using System.Buffers;

namespace Harbor.Proxy.DataPlane.Managed;

/// <summary>Buffers that are held only while bytes are under way: an idle connection has none. Whoever rents returns; <see cref="Rented"/> shows who forgot.</summary>
internal sealed class RelayBuffers
{
    /// <summary>Also the most that one datagram can hold.</summary>
    public const int Size = 64 * 1024;

    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public byte[] Rent(int size = Size)
    {
        Interlocked.Increment(ref _rented);
        return ArrayPool<byte>.Shared.Rent(size);
    }

    public void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _rented);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
