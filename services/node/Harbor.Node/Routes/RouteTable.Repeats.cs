namespace Harbor.Node.Routes;

/// <content>
/// Heartbeats that say what the one before them said. One that changed nothing when it was applied, and of whose DEA nothing has changed since, would change nothing
/// when applied again, but for the time at which its DEA was heard. Where anything of it depends on more than the table and its bytes (a mark of an exit, a time to come, a
/// question to be asked again) it is applied each time.
/// </content>
internal sealed partial class RouteTable
{
    private readonly Dictionary<UInt128, DeaRoutes> _repeats = [];

    // Of the heartbeat that is being applied: whether it changes nothing.
    private bool _isRepeat;

    /// <summary>Takes in a heartbeat of which all is known: true where it is what its DEA last said.</summary>
    public bool TryRepeat(UInt128 fingerprint, DateTimeOffset now)
    {
        if (!_repeats.TryGetValue(fingerprint, out var dea))
        {
            return false;
        }

        dea.HeardAt = now.UtcTicks;
        return true;
    }

    /// <summary>The DEA's next heartbeat is the same if it has this fingerprint.</summary>
    private void ExpectRepeat(DeaRoutes dea, UInt128? fingerprint)
    {
        var isRepeat = _isRepeat;
        ExpectChange(dea);
        if (isRepeat && fingerprint is { } known && _repeats.TryAdd(known, dea))
        {
            dea.Repeats = known;
        }
    }

    /// <summary>Something of the DEA is another than its last heartbeat made it: the next one is read, whatever it says.</summary>
    private void ExpectChange(DeaRoutes? dea)
    {
        _isRepeat = false;
        if (dea?.Repeats is { } fingerprint)
        {
            _repeats.Remove(fingerprint);
            dea.Repeats = null;
        }
    }

    /// <summary>What heartbeats mean has changed.</summary>
    private void ExpectChanges()
    {
        _isRepeat = false;
        foreach (var dea in _repeats.Values)
        {
            dea.Repeats = null;
        }

        _repeats.Clear();
    }
}
