namespace Harbor.Proxy.Tests;

/// <summary>Events in the order they came, and a way to wait for one of them.</summary>
internal sealed class EventLog<T>
{
    private readonly List<T> _events = [];
    private readonly List<(Func<T, bool> Matches, TaskCompletionSource<T> Found)> _waiting = [];

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public void Add(T one)
    {
        lock (_events)
        {
            _events.Add(one);
            foreach (var waiting in _waiting.Where(waiting => waiting.Matches(one)).ToList())
            {
                waiting.Found.TrySetResult(one);
                _waiting.Remove(waiting);
            }
        }
    }

    /// <summary>The first that matches, of those that came and those to come.</summary>
    public async Task<T> WaitAsync(Func<T, bool> matches, string what)
    {
        Task<T> found;
        lock (_events)
        {
            foreach (var one in _events.Where(matches))
            {
                return one;
            }

            var waiting = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((matches, waiting));
            found = waiting.Task;
        }

        try
        {
            return await found.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Did not come within 30 s: {what}. What came: {string.Join("; ", All)}");
        }
    }
}
