namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Waits for what a test expects, and says what was missing where it does not come.</summary>
internal static class Waiting
{
    /// <summary>Long enough for a machine that is busy with other things; no test waits for it to pass.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20);

    public static async Task<T> WithinAsync<T>(this Task<T> task, string what)
    {
        await ((Task)task).WithinAsync(what);
        return await task;
    }

    public static async Task WithinAsync(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s for {what}");
        }
    }

    /// <summary>Looks until the condition holds: for what nobody announces, such as a counter.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s for {what()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
