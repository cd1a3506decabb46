namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>
/// How one backend does with one transport: what it carries now, and whether it is set aside. After a failure it is set aside for a second,
/// after each further one twice as long, up to 30 s; then one connection tries it, while the others go on passing it by until that one
/// has succeeded. Safe for any number of threads, without a lock.
/// </summary>
internal sealed class BackendHealth
{
    internal const long FirstBackoffMs = 1_000;
    internal const long LongestBackoffMs = 30_000;

    private int _active;
    private int _failures;
    private long _failedAtMs = long.MinValue;
    private long _asideUntilMs = long.MinValue;

    /// <summary>Connections or sessions that it carries or is asked to carry.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Failures in a row.</summary>
    public int Failures => Volatile.Read(ref _failures);

    public bool IsSetAside(long nowMs) => nowMs < Volatile.Read(ref _asideUntilMs);

    public void Acquire() => Interlocked.Increment(ref _active);

    public void Release() => Interlocked.Decrement(ref _active);

    /// <summary>
    /// To be called before a connection is sent there. A backend whose time aside is over may be tried by one: that one gets true and holds the
    /// others off for another round.
    /// </summary>
    public bool TryClaim(long nowMs)
    {
        var until = Volatile.Read(ref _asideUntilMs);
        if (until == long.MinValue)
        {
            return true;
        }

        return nowMs >= until && Interlocked.CompareExchange(ref _asideUntilMs, nowMs + BackoffMs(Failures), until) == until;
    }

    /// <summary>True where it was set aside just now. Many connections that began before the last failure and fail after it count as one.</summary>
    public bool Failed(long startedAtMs, long nowMs)
    {
        var last = Volatile.Read(ref _failedAtMs);
        if (startedAtMs < last || Interlocked.CompareExchange(ref _failedAtMs, nowMs, last) != last)
        {
            return false;
        }

        var failures = Interlocked.Increment(ref _failures);
        Volatile.Write(ref _asideUntilMs, nowMs + BackoffMs(failures));
        return true;
    }

    /// <summary>True where it had failed before.</summary>
    public bool Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0)
        {
            return false;
        }

        Volatile.Write(ref _asideUntilMs, long.MinValue);
        return Interlocked.Exchange(ref _failures, 0) != 0;
    }

    internal static long BackoffMs(int failures) => Math.Min(LongestBackoffMs, FirstBackoffMs << Math.Clamp(failures - 1, 0, 5));
}
