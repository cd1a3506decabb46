namespace Harbor.Node.Routes;

/// <content>
/// Heartbeats that say what the one before them said. One that changed nothing when it was applied, and of whose DEA nothing has changed since, would change nothing
/// when applied again, but for the time at which its DEA was heard. Where anything of it depends on more than the table and its bytes (a mark of an exit, a time to come, a
/// question to be asked again) it is applied each time.
/// </content>
internal sealed partial class RouteTable
{
    private readonly Dictionary<UInt128, DeaRoutes> _repeats = [];

    // What the heartbeats of those name as not running, and is no instance of their DEA: where one appears elsewhere, its end is news again.
    private readonly Dictionary<(string App, string Instance), DeaRoutes> _notRunning = [];

    // Of the heartbeat that is being applied: whether it changes nothing, and what it names like that.
    private readonly List<(string App, string Instance)> _named = [];
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
        if (isRepeat && fingerprint is { } known && _notRunning.Count + _named.Count <= options.MaxExits && !_named.Exists(_notRunning.ContainsKey) && _repeats.TryAdd(known, dea))
        {
            dea.Repeats = known;
            dea.NotRunning = [.. _named];
            foreach (var name in dea.NotRunning)
            {
                _notRunning[name] = dea;
            }
        }
    }

    /// <summary>An instance appears: whoever has said that it is not running must be heard again.</summary>
    private void ExpectEnd(string app, string instance)
    {
        if (_notRunning.TryGetValue((app, instance), out var dea))
        {
            ExpectChange(dea);
        }
    }

    /// <summary>Something of the DEA is another than its last heartbeat made it: the next one is read, whatever it says.</summary>
    private void ExpectChange(DeaRoutes? dea)
    {
        _isRepeat = false;
        if (dea?.Repeats is { } fingerprint)
        {
            _repeats.Remove(fingerprint);
            Clear(dea);
        }
    }

    /// <summary>What heartbeats mean has changed.</summary>
    private void ExpectChanges()
    {
        _isRepeat = false;
        foreach (var dea in _repeats.Values)
        {
            Clear(dea);
        }

        _repeats.Clear();
    }

    private void Clear(DeaRoutes dea)
    {
        dea.Repeats = null;
        foreach (var name in dea.NotRunning)
        {
            _notRunning.Remove(name);
        }

        dea.NotRunning = [];
    }
}
