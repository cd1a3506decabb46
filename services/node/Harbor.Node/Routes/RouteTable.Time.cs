namespace Harbor.Node.Routes;

/// <content>What ends by silence, and what does not.</content>
internal sealed partial class RouteTable
{
    private readonly List<Instance> _expired = [];

    // Before this nothing but a DEA can expire; so a million instances are looked at a few times a minute, not every second.
    private long _nextExpiry = long.MaxValue;
    private long _lastTick;

    /// <summary>The source of events cannot be reached: nothing expires.</summary>
    public bool Suspended { get; private set; }

    public void Suspend() => Suspended = true;

    /// <summary>The source is back: all ages start anew.</summary>
    public void Resume(DateTimeOffset now)
    {
        Suspended = false;
        RestartAges(now.UtcTicks);
    }

    /// <summary>Time has passed. To be called every second or so.</summary>
    public void Tick(DateTimeOffset now, RouteChanges changes)
    {
        Begin(now, changes);
        var paused = _lastTick != 0 && _now - _lastTick > options.LongestPause.Ticks;
        _lastTick = _now;
        if (Suspended)
        {
            return;
        }

        if (paused)
        {
            RestartAges(_now);
            return;
        }

        _exits.Expire(_now);
        SilenceDeas();
        if (_now >= _nextExpiry)
        {
            ExpireInstances();
        }
    }

    private void RestartAges(long now)
    {
        ExpectChanges();
        _lastTick = now;
        _nextExpiry = Math.Min(_nextExpiry, now + options.DeaSilence.Ticks);
        foreach (var dea in _deas.Values)
        {
            dea.HeardAt = dea.HeardAt == 0 ? 0 : now;
            dea.LastSingle = null;
        }

        foreach (var app in _apps.Values)
        {
            foreach (var instance in app.Instances)
            {
                instance.HeardAt = instance.HeardAt == 0 ? 0 : now;
                instance.RegisteredAt = instance.RegisteredAt == 0 ? 0 : now;
            }
        }
    }

    private void SilenceDeas()
    {
        foreach (var dea in _deas.Values)
        {
            if (dea.HeardAt != 0 && _now - dea.HeardAt >= options.DeaSilence.Ticks)
            {
                _expired.AddRange(dea.Instances.Where(instance => instance.HeardAt != 0));
                dea.HeardAt = 0;
                dea.LastSingle = null;
                ExpectChange(dea);
            }

            RemoveExpired(RouteReason.DeaSilent);

            // A DEA that was only named by a registration, or is silent, is forgotten with its last instance. (Removing while enumerating is allowed.)
            if (dea.HeardAt == 0 && dea.Instances.Count == 0)
            {
                _deas.Remove(dea.Id);
            }
        }
    }

    private void ExpireFrom(long at) => _nextExpiry = Math.Min(_nextExpiry, at);

    private void ExpireInstances()
    {
        _nextExpiry = long.MaxValue;
        foreach (var app in _apps.Values)
        {
            foreach (var instance in app.Instances)
            {
                if (ExpiryOf(instance) is not { } expiry)
                {
                    continue;
                }

                if (expiry <= _now)
                {
                    _expired.Add(instance);
                }
                else
                {
                    ExpireFrom(expiry);
                }
            }
        }

        RemoveExpired(RouteReason.RegistrationStale);
    }

    /// <summary>The oldest DEAs do not say who they are: their instances are silent one by one. Registrations age where no heartbeat speaks for the instance.</summary>
    private long? ExpiryOf(Instance instance) => instance switch
    {
        { HeardAt: not 0, Dea: null } => instance.HeardAt + options.DeaSilence.Ticks,
        { HeardAt: 0 } => instance.RegisteredAt + options.RegistrationAge.Ticks,
        _ => null,
    };

    private void RemoveExpired(RouteReason reason)
    {
        foreach (var instance in _expired)
        {
            // Another one's removal may have taken it already.
            if (instance.PlaceInApp < instance.App.Instances.Count && instance.App.Instances[instance.PlaceInApp] == instance)
            {
                Remove(instance, instance is { HeardAt: not 0 } ? RouteReason.DeaSilent : reason);
            }
        }

        _expired.Clear();
    }
}
