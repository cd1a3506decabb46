namespace Harbor.Proxy.DataPlane.Ports;

/// <summary>
/// How a drain ends what does not end by itself: half of its time passes undisturbed; during the other half sessions are ended at even pace, each at a moment
/// of its own by chance. Ended all at once, thousands of clients would come back to the other workers in the same instant.
/// </summary>
internal static class DrainPace
{
    internal static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Returns when there is nothing left (<paramref name="whenIdle"/>) or the time is up. <paramref name="endSomeAsync"/> is given a number: one session in so many is
    /// to be ended; the last one is 1, all of them.
    /// </summary>
    public static async Task RunAsync(TimeSpan limit, Task whenIdle, TimeProvider time, Func<int, Task> endSomeAsync, CancellationToken cancellationToken)
    {
        var half = limit / 2;
        if (await IsIdleWithinAsync(half, whenIdle, time, cancellationToken))
        {
            return;
        }

        for (var left = Math.Max(1, (int)(half / Step)); left > 0; left--)
        {
            await endSomeAsync(left);
            if (await IsIdleWithinAsync(left == 1 ? TimeSpan.Zero : Step, whenIdle, time, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Whether it is the turn of one session among those that are left.</summary>
    public static bool IsDue(int oneIn) => oneIn == 1 || Random.Shared.Next(oneIn) == 0;

    private static async Task<bool> IsIdleWithinAsync(TimeSpan limit, Task whenIdle, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await whenIdle.WaitAsync(limit, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
