namespace Harbor.Node.Routes;

/// <content>
/// Addresses that come to this node's DEAs from another's, and instances that go from one to the other: a DEA that comes back under a new id, two that claim one address. Only there does what one node may
/// write depend on what another has written.
/// </content>
internal sealed partial class RouteTable
{
    /// <summary>By now the other node has long written that it left: see <see cref="RestTimes.After"/>, and <see cref="DirtyPorts.LongestSettling"/>.</summary>
    private static readonly TimeSpan _crossingMemory = TimeSpan.FromSeconds(60);

    /// <summary>More departures in that time are not told apart: each may be one.</summary>
    private const int MaxDepartures = 100_000;

    private readonly Dictionary<BackendAddress, long> _departedElsewhere = [];
    private readonly Queue<(BackendAddress Address, long At)> _departures = new();

    /// <summary>The address has left its instance on this DEA.</summary>
    private void Depart(BackendAddress address, DeaRoutes? dea)
    {
        if (_owns(dea?.Id))
        {
            return;
        }

        while (_departures.TryPeek(out var first) && (_now - first.At >= _crossingMemory.Ticks || _departures.Count >= MaxDepartures))
        {
            _departures.Dequeue();
            if (_now - first.At < _crossingMemory.Ticks)
            {
                _changes.IsCrossing = true;
            }

            if (_departedElsewhere.TryGetValue(first.Address, out var at) && at == first.At)
            {
                _departedElsewhere.Remove(first.Address);
            }
        }

        _departedElsewhere[address] = _now;
        _departures.Enqueue((address, _now));
    }

    /// <summary>The address has come to an instance on this DEA.</summary>
    private void Arrive(BackendAddress address, DeaRoutes? dea)
        => _changes.IsCrossing |= _departedElsewhere.TryGetValue(address, out var at) && _now - at < _crossingMemory.Ticks && _owns(dea?.Id);

    /// <summary>The instance is going from its DEA, or from none, to this one.</summary>
    private void Cross(Instance instance, DeaRoutes dea)
        => _changes.IsCrossing |= instance.Ports.Length > 0 && _owns(instance.Dea?.Id) != _owns(dea.Id);
}
