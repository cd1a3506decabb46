using Harbor.Proxy.DataPlane.Backends;

namespace Harbor.Proxy.DataPlane.Balancing;

/// <summary>The backends that one connection has tried in vain. Allocates with the first failure only. Keeps states, not places: the set may be swapped between two tries.</summary>
internal struct TriedBackends
{
    private List<BackendState>? _states;

    public readonly int Count => _states?.Count ?? 0;

    /// <summary>
    /// For those added with a time: none of them is tried again before. As long as a backend is set aside at first, and not longer as it fails more often:
    /// who waits for one that comes back gets it within a second.
    /// </summary>
    public long RetryAtMs { get; private set; }

    public void Add(BackendState state) => (_states ??= new(2)).Add(state);

    public void Add(BackendState state, long nowMs)
    {
        Add(state);
        RetryAtMs = nowMs + BackendHealth.FirstBackoffMs;
    }

    public void Clear() => _states?.Clear();

    /// <summary>To be called where none is left that was not tried. True where all may be tried again.</summary>
    public bool TryForget(long nowMs)
    {
        if (Count == 0 || nowMs < RetryAtMs)
        {
            return false;
        }

        Clear();
        return true;
    }

    public readonly bool Contains(BackendState state) => _states is not null && _states.Contains(state);
}
