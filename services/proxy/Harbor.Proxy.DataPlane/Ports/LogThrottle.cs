namespace Harbor.Proxy.DataPlane.Ports;

/// <summary>Lets one warning through each ten seconds: a shortage shows itself with every connection, and the log must not become the next one.</summary>
internal sealed class LogThrottle
{
    internal const long IntervalMs = 10_000;

    private long _nextMs = long.MinValue;

    public bool TryPass(long nowMs)
    {
        var next = Volatile.Read(ref _nextMs);
        return nowMs >= next && Interlocked.CompareExchange(ref _nextMs, nowMs + IntervalMs, next) == next;
    }
}
