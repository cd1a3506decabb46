namespace Harbor.Proxy.DataPlane.Managed;

/// <summary>What all ports of a managed engine share.</summary>
internal sealed class ManagedContext(RelayContext relay)
{
    private int _sessions;
    private TaskCompletionSource? _noneLeft;

    public RelayContext Relay => relay;

    public RelayClock Clock => relay.Clock;

    public RelayBuffers Buffers { get; } = new();

    /// <summary>Connections and sessions of all ports.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    public void SessionBegan() => Interlocked.Increment(ref _sessions);

    public void SessionEnded()
    {
        if (Interlocked.Decrement(ref _sessions) == 0)
        {
            Volatile.Read(ref _noneLeft)?.TrySetResult();
        }
    }

    /// <summary>Completes when there is no connection or session, once no listener makes new ones.</summary>
    public Task WhenNoneLeftAsync()
    {
        var none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _noneLeft, none);
        Interlocked.MemoryBarrier();
        if (Sessions == 0)
        {
            none.TrySetResult();
        }

        return none.Task;
    }
}
