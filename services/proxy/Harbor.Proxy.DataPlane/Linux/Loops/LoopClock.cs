namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// A loop's view of the engine's clock. On the system's clock the loop sleeps in epoll; on any other (a test's) a timer of that clock wakes it.
/// </summary>
internal sealed class LoopClock : IDisposable
{
    private readonly RelayClock _clock;
    private readonly ITimer? _timer;

    public LoopClock(RelayClock clock, Action wake)
    {
        _clock = clock;
        if (clock.Time != TimeProvider.System)
        {
            _timer = clock.Time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public long NowMs => _clock.NowMs;

    /// <summary>How long epoll may wait for events; -1 is for ever.</summary>
    public int Sleep(TimerWheel timers)
    {
        if (timers.IsEmpty)
        {
            return -1;
        }

        var delay = timers.NextDelay(NowMs);
        if (_timer is null)
        {
            return delay;
        }

        _timer.Change(TimeSpan.FromMilliseconds(delay), Timeout.InfiniteTimeSpan);
        // The clock may have been moved on between the reading and the arming.
        return timers.NextDelay(NowMs) < delay ? 0 : -1;
    }

    public void Dispose() => _timer?.Dispose();
}
