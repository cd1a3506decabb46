namespace Harbor.Node.Routes;

/// <content>What the stored ports remember of a time before this table.</content>
internal sealed partial class RouteTable
{
    /// <summary>
    /// Takes in a backend that a port's document holds and the table does not know. Its age starts now: it stays until its DEA's
    /// next heartbeat, or until that has been silent for its time.
    /// </summary>
    public void Remember(Backend backend, ushort intPort, DateTimeOffset now, RouteChanges changes)
    {
        Begin(now, changes);
        var known = backend.Instance is null ? null : FindInstance(backend.App, backend.Instance);
        if (_holders.ContainsKey(backend.Address)
            || known is { Remembered: false }
            || (backend.Instance is not null && _exits.Find(backend.App, backend.Instance) is { Draining: false }))
        {
            return;
        }

        var instance = known ?? Create(backend.App, backend.Instance, backend.Dea, backend.Since.UtcTicks);
        if (instance is null || (known is not null && known.Host != backend.Address.Host))
        {
            return;
        }

        instance.Remembered = true;
        instance.Index = backend.Index ?? instance.Index;
        instance.Evacuating |= backend.Draining;
        StartAges(instance, backend.Dea);

        // Without an instance only the HTTP side has named it: it stands in for as long as no ports are named.
        var isMain = backend.Instance is null;
        SetPorts(instance, backend.Address.Host, [.. instance.Ports, new(isMain ? (ushort)0 : intPort, backend.Address.Port, isMain)], RouteReason.Remembered);
    }

    /// <summary>Whether the DEA has spoken to this table: then the table knows better than the store.</summary>
    public bool HasHeard(string? dea) => dea is not null && _deas.TryGetValue(dea, out var known) && known.Beat > 0;

    private void StartAges(Instance instance, string? id)
    {
        if (Dea(id) is { } dea)
        {
            dea.HeardAt = _now;
            MoveTo(instance, dea);
            instance.HeardAt = instance.Id is null ? 0 : _now;
        }

        instance.RegisteredAt = _now;
        ExpireFrom(_now + options.RegistrationAge.Ticks);
    }
}
