using Harbor.State.Workers;

namespace Harbor.Proxy.Status;

/// <summary>
/// Whether this process is the one that its worker's name stands for. Of two that live under one name the later one is: whoever waits for a worker knows it by name
/// alone, and two that speak under it contradict each other. The other one goes on serving, and says nothing.
/// </summary>
internal sealed class WorkerName
{
    private volatile WorkerDocument? _taker;

    /// <summary>What the later process has stored, as long as it lives.</summary>
    public WorkerDocument? Taker
    {
        get => _taker;
        set => _taker = value;
    }

    public bool IsOurs => _taker is null;
}
