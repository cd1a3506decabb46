using Harbor.Proxy.DataPlane.Backends;

namespace Harbor.Proxy.DataPlane.Balancing;

/// <summary>The backends that one connection has tried in vain. Allocates with the first failure only. Keeps states, not places: the set may be swapped between two tries.</summary>
internal struct TriedBackends
{
    private List<BackendState>? _states;

    public readonly int Count => _states?.Count ?? 0;

    public void Add(BackendState state) => (_states ??= new(2)).Add(state);

    public void Clear() => _states?.Clear();

    public readonly bool Contains(BackendState state) => _states is not null && _states.Contains(state);
}
