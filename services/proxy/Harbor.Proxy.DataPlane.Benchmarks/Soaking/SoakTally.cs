namespace Harbor.Proxy.DataPlane.Benchmarks.Soaking;

/// <summary>What the rounds of a soak came to.</summary>
internal sealed class SoakTally
{
    private long _whole;
    private long _cut;
    private long _wrong;
    private long _bytes;

    /// <summary>Everything came back.</summary>
    public long Whole => Interlocked.Read(ref _whole);

    /// <summary>Bytes that were not those sent, or an orderly end before the last of them.</summary>
    public long Wrong => Interlocked.Read(ref _wrong);

    public void CountWhole(long bytes)
    {
        Interlocked.Increment(ref _whole);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>Reset by a change, by itself, or lost (a datagram).</summary>
    public void CountCut() => Interlocked.Increment(ref _cut);

    public void CountWrong(string what)
    {
        Interlocked.Increment(ref _wrong);
        Console.Error.WriteLine(what);
    }

    public override string ToString() => $"{Whole} rounds whole ({Interlocked.Read(ref _bytes) / 1e9:F2} GB), {Interlocked.Read(ref _cut)} cut, {Wrong} wrong";
}
