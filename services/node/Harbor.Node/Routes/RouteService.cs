using Harbor.Node.Dea;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>The route table among threads: events come in on the NATS connection's, bindings from the watch, questions from everywhere.</summary>
internal sealed partial class RouteService
{
    private readonly Lock _gate = new();
    private readonly RouteTable _table;
    private readonly RouteChanges _changes = new();
    private readonly DirtyPorts _dirty;
    private readonly StoredAddresses _addresses;
    private readonly OthersWrites _others;
    private readonly MainPortQueue _unaddressed;
    private readonly TimeProvider _time;
    private readonly ILogger<RouteService> _logger;
    private readonly LogThrottle<string> _throttle;
    private long _overflows;
    private volatile bool _remembers = true;

    public RouteService(
        RouteTable table, DirtyPorts dirty, StoredAddresses addresses, OthersWrites others, MainPortQueue unaddressed, NodeViews views, NodeMetrics metrics, TimeProvider time, ILogger<RouteService> logger)
    {
        _table = table;
        _dirty = dirty;
        _addresses = addresses;
        _others = others;
        _unaddressed = unaddressed;
        _time = time;
        _logger = logger;
        _throttle = new(time);
        views.Ports.Changed += OnPort;
        metrics.Observe("harbor.node.instances", "{instance}", "Instances known.", () => Read(known => known.InstanceCount));
        metrics.Observe("harbor.node.deas", "{dea}", "DEAs heard of.", () => Read(known => known.DeaCount));
        metrics.Observe("harbor.node.backends", "{backend}", "Backends of all ports.", () => Read(known => known.PortIds.ToList()).Sum(port => Read(known => known.BackendsOf(port).Count)));
        metrics.Observe("harbor.node.ports_behind", "{port}", "Ports whose documents are still to be compared with the table.", () => dirty.Count);
        metrics.Observe("harbor.node.addresses_refused", "{address}", "Addresses outside the backend networks, so far.", () => Read(known => known.NetworkRefusals));
        metrics.Observe("harbor.node.instances_refused", "{instance}", "Instances not taken in because the table is full, so far.", () => Read(known => known.Overflows));
    }

    public void Apply(DeaEvent occurrence)
    {
        var timestamp = _time.GetTimestamp();
        Change(timestamp, (now, changes) => _table.Apply(occurrence, now, changes));
    }

    /// <summary>Takes in a heartbeat that says what its DEA's last one said; false where it has to be read.</summary>
    public bool TryRepeat(UInt128 fingerprint)
    {
        lock (_gate)
        {
            return _table.TryRepeat(fingerprint, _time.GetUtcNow());
        }
    }

    public void Tick()
    {
        Change(_time.GetTimestamp(), _table.Tick);
        var overflows = Read(table => table.Overflows);
        if (overflows > _overflows && _throttle.TryPass(nameof(Log.TooMany), out _))
        {
            Log.TooMany(_logger, overflows - _overflows, Read(table => table.InstanceCount));
            _overflows = overflows;
        }
    }

    /// <summary>The DEAs cannot be heard: nothing is pruned.</summary>
    public void Suspend()
    {
        lock (_gate)
        {
            _table.Suspend();
        }
    }

    /// <summary>The DEAs can be heard again: all ages start anew. From the first time on, stored backends are no news any more.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _remembers = false;
            _table.Resume(_time.GetUtcNow());
        }
    }

    public bool IsSuspended => Read(table => table.Suspended);

    /// <summary>The backends to compare the port's document with. The comparison is followed by <see cref="EndLook"/>.</summary>
    public List<Backend> BeginLook(PortDocument port)
    {
        lock (_gate)
        {
            return _table.BeginLook(port.Id, AppsOf(port));
        }
    }

    public void EndLook(PortDocument port, bool isInHandover)
    {
        lock (_gate)
        {
            _table.EndLook(port.Id, isInHandover);
        }
    }

    public bool NeedsMainPort(string app) => Read(table => table.NeedsMainPort(app));

    /// <summary>
    /// The port with the backends of its applications as the table knows them. One whose address another port has still is not among them, and is added
    /// when it has left there.
    /// </summary>
    public AddressClaim Fill(PortDocument port)
    {
        var merged = BackendMerge.Merge(port.Backends, Read(table => table.BackendsOf(port.Id, AppsOf(port))), _ => true, _ => true);
        return _addresses.Claim(port with { Backends = merged.Backends }, port.Backends, _time.GetTimestamp());
    }

    /// <summary>Who is at the backend's address by now; null where nobody is known to be.</summary>
    public (string App, string? Instance, string? Dea)? HolderOf(BackendEntry entry)
        => BackendMerge.AddressOf(entry) is { } address ? Read(table => table.HolderOf(address)) : null;

    /// <summary>
    /// This node writes for more DEAs from now on. Of those that it has not heard itself, and where it missed an answer, it takes over what is stored, so that nothing is lost; then every port is compared.
    /// </summary>
    public void TakeOver(IEnumerable<PortDocument> ports, Func<string?, bool> gained)
    {
        Change(_time.GetTimestamp(), (now, changes) =>
        {
            foreach (var port in ports)
            {
                Remember(port, entry => gained(entry.DeaId) && !_table.KnowsBetter(entry.AppGuid, entry.InstanceId, entry.DeaId), now, changes);
            }
        });
        ReconcileAll();
    }

    /// <summary>Has every port compared with its document.</summary>
    public void ReconcileAll() => _dirty.Mark(Read(table => table.PortIds.ToList()), new HashSet<string>(), new Dictionary<(string, BackendAddress), RouteReason>(), _time.GetTimestamp());

    private T Read<T>(Func<RouteTable, T> question)
    {
        lock (_gate)
        {
            return question(_table);
        }
    }

    private void Change(long timestamp, Action<DateTimeOffset, RouteChanges> change)
    {
        RouteNote[] notes;
        lock (_gate)
        {
            change(_time.GetUtcNow(), _changes);
            if (_changes.IsCrossing)
            {
                // Before anybody looks at the ports.
                _others.Hear();
            }

            if (_changes.Ports.Count > 0)
            {
                _dirty.Mark(_changes.Ports, _changes.Leaving, _changes.Reasons, timestamp);
            }

            foreach (var app in _changes.Unaddressed)
            {
                _unaddressed.Add(app);
            }

            notes = _changes.Notes.Count > 0 ? [.. _changes.Notes] : [];
            _changes.Clear();
        }

        foreach (var note in notes)
        {
            Log.NoBackend(_logger, note.Instance, note.App, note.Dea, note.Address, note.PortId, note.Reason);
        }
    }

    private void OnPort(DocumentViewChange<PortDocument> change)
    {
        if (!_remembers && change is { Before: { } before, After: { } after } && ReferenceEquals(before.Apps, after.Apps) && before.State == after.State)
        {
            // Only its backends have changed, and those come from the table.
            return;
        }

        var apps = change.After is { State: PortState.Active } port ? AppsOf(port) : [];
        Change(_time.GetTimestamp(), (now, changes) =>
        {
            _table.SetPort(change.Id, apps, now, changes);
            if (_remembers && change.After is { } stored)
            {
                Remember(stored, _ => true, now, changes);
            }
        });
    }

    private void Remember(PortDocument port, Func<BackendEntry, bool> wanted, DateTimeOffset now, RouteChanges changes)
    {
        foreach (var entry in port.Backends.Where(wanted))
        {
            if (BackendMerge.AddressOf(entry) is { } address && port.Apps.FirstOrDefault(app => app.AppGuid == entry.AppGuid) is { } app)
            {
                _table.Remember(
                    new()
                    {
                        Address = address,
                        App = entry.AppGuid,
                        Instance = entry.InstanceId,
                        Index = entry.InstanceIndex,
                        Dea = entry.DeaId,
                        Draining = entry.Draining,
                        Since = entry.Since,
                    },
                    (ushort)app.IntPort,
                    now,
                    changes);
            }
        }
    }

    private static IReadOnlyList<(string App, ushort IntPort)> AppsOf(PortDocument port)
        => port.Apps.Count == 0 ? [] : [.. port.Apps.Select(app => (app.AppGuid, (ushort)app.IntPort))];

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "{Refused} reports of instances were refused: {Instances} are known, and there are more than there may be, of an application or of all together")]
        public static partial void TooMany(ILogger logger, long refused, int instances);

        [LoggerMessage(2100, LogLevel.Information, "Instance {InstanceId} of application {AppGuid} on DEA {DeaId} is no backend ({Backend}) of {PortId}: {Reason}")]
        public static partial void NoBackend(ILogger logger, string? instanceId, string appGuid, string? deaId, string? backend, string? portId, RouteReason reason);
    }
}
