using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Harbor.Proxy.DataPlane.Metrics;

/// <summary>
/// The counts of one transport of a port as one loop (or some threads) made them. A cell with one writer may be counted by plain additions; one with several
/// by <see cref="Interlocked"/>. Padded, so that two loops never write to one cache line.
/// Each connection or session counts once as accepted when its backend is connected and once as ended, or once as refused and then neither: what is accepted
/// and not ended is active. A client that leaves while it waits for a backend counts as accepted and ended.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal sealed class TransportCells
{
    [FieldOffset(64)]
    public long Accepted;

    [FieldOffset(72)]
    public long BytesIn;

    [FieldOffset(80)]
    public long BytesOut;

    [FieldOffset(88)]
    public long DatagramsIn;

    [FieldOffset(96)]
    public long DatagramsOut;

    [FieldOffset(104)]
    public long DatagramsDropped;

    [FieldOffset(112)]
    public long ConnectFailures;

    [FieldOffset(128)]
    private Counts _refused;

    [FieldOffset(224)]
    private Counts _ended;

    public ref long Refused(RefusalReason reason) => ref _refused[(int)reason];

    public ref long Ended(EndReason reason) => ref _ended[(int)reason];

    /// <summary>Room for each value of <see cref="RefusalReason"/> and of <see cref="EndReason"/>; a test holds the enums to it.</summary>
    [InlineArray(Length)]
    internal struct Counts
    {
        public const int Length = 12;
        private long _first;
    }
}
