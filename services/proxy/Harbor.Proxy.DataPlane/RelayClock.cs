namespace Harbor.Proxy.DataPlane;

/// <summary>Milliseconds that only go forward, from an origin of no meaning, out of an injected <see cref="TimeProvider"/>.</summary>
internal sealed class RelayClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();
    private readonly double _millisecondsPerTick = 1000.0 / time.TimestampFrequency;

    public TimeProvider Time => time;

    public long NowMs => (long)((time.GetTimestamp() - _origin) * _millisecondsPerTick);
}
