namespace Harbor.Proxy.DataPlane.Managed;

/// <summary>Wakes all who wait for a port's backends to change. Take <see cref="Next"/> before looking at what may change, so that no change is missed.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Completes with the next <see cref="Raise"/>.</summary>
    public Task Next
    {
        get
        {
            var next = Volatile.Read(ref _next);
            if (next is null)
            {
                var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = Interlocked.CompareExchange(ref _next, made, null) ?? made;
            }

            return next.Task;
        }
    }

    public void Raise() => Interlocked.Exchange(ref _next, null)?.SetResult();
}
