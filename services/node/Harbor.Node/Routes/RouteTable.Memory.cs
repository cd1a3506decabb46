namespace Harbor.Node.Routes;

/// <content>What the stored ports remember of a time before this table.</content>
internal sealed partial class RouteTable
{
    /// <summary>
    /// Takes in a backend that a port's document holds and the table does not know. Its age starts now: it stays until its DEA's
    /// next heartbeat, or until that has been silent for its time. One whose main port another node was told, and this one was not, has it from here.
    /// </summary>
    public void Remember(Backend backend, ushort intPort, DateTimeOffset now, RouteChanges changes)
    {
        Begin(now, changes);
        var known = backend.Instance is null ? null : FindInstance(backend.App, backend.Instance);
        if (_holders.ContainsKey(backend.Address)
            || (backend.Instance is not null && _exits.Find(backend.App, backend.Instance) is { Draining: false }))
        {
            return;
        }

        if (known is { Remembered: false })
        {
            if (LacksMainPort(known))
            {
                SetPorts(known, backend.Address.Host, [new(0, backend.Address.Port, Main: true)], RouteReason.Remembered);
            }

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

    /// <summary>
    /// Whether the table knows better than the store: the DEA has spoken to it. But not of a main port: that was told once, to the nodes that were there,
    /// and one whose link was down at that moment would take out a backend that runs.
    /// </summary>
    public bool KnowsBetter(string app, string? instance, string? dea)
        => dea is not null && _deas.TryGetValue(dea, out var known) && known.Beat > 0
           && !(instance is not null && FindInstance(app, instance) is { } found && LacksMainPort(found));

    /// <summary>It never had an address: one that was taken from it or refused is not to come back from the store.</summary>
    private static bool LacksMainPort(Instance instance)
        => instance is { Id: not null, Remembered: false, NamesPorts: false, Ports.Length: 0 } && instance.Host == default;

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
