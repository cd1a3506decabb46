using Harbor.Node.Dea;

namespace Harbor.Node.Routes;

/// <summary>
/// Which instances run where, and so which backends each port has: events in, changed ports out. Pure: no I/O, and no clock but the times it
/// is given. Not safe for use by several threads at once. The rules are contracts 2's, one partial file for each kind of event.
/// </summary>
/// <remarks>
/// An instance is known by application and id, so that a message can do nothing to another application's instances. A backend is known by its address, and an
/// address has one holder at a time: an instance that comes to an address drives the former holder out, of whatever application and DEA it is.
/// </remarks>
/// <param name="options">Its numbers and choices.</param>
/// <param name="owns">Whether a DEA (null: for instances without one) is this node's to speak for; without it every one is. Routes are the same either way.</param>
internal sealed partial class RouteTable(RouteTableOptions options, Func<string?, bool>? owns = null)
{
    private readonly Func<string?, bool> _owns = owns ?? (_ => true);
    private readonly Dictionary<string, AppRoutes> _apps = [];
    private readonly Dictionary<string, DeaRoutes> _deas = [];
    private readonly Dictionary<(AppRoutes App, string Id), Instance> _instances = [];
    private readonly Dictionary<BackendAddress, Instance> _holders = [];
    private readonly Dictionary<string, IReadOnlyList<(string App, ushort IntPort)>> _ports = [];
    private readonly ExitMarks _exits = new(options.ExitMemory, options.MaxExits);

    // Of the event that is being applied; with the instance that was refused the address of a bound port.
    private long _now;
    private RouteChanges _changes = new();
    private Instance? _refused;

    private long _sequence;

    public int InstanceCount => _instances.Count;

    public int DeaCount => _deas.Count;

    /// <summary>Instances that were not taken in because the table is full.</summary>
    public long Overflows { get; private set; }

    /// <summary>Addresses refused by <see cref="RouteTableOptions.Networks"/>.</summary>
    public long NetworkRefusals { get; private set; }

    public void Apply(DeaEvent occurrence, DateTimeOffset now, RouteChanges changes)
    {
        Begin(now, changes);
        switch (occurrence)
        {
            case HeartbeatReceived heartbeat:
                Heartbeat(heartbeat);
                break;
            case DropletExited exit:
                Exit(exit);
                break;
            case InstanceRegistered registration:
                Register(registration);
                break;
            case MainPortRegistered registration:
                RegisterMain(registration);
                break;
            case AddressesUnregistered unregistration:
                Unregister(unregistration);
                break;
            case DropletFound found:
                Find(found);
                break;
            case DeaShuttingDown shutdown:
                SetShuttingDown(shutdown.Dea, true, RouteReason.DeaShutdown);
                break;
            case DeaStarted start:
                SetShuttingDown(start.Dea, false, RouteReason.DeaStarted);
                break;
            default:
                throw new InvalidOperationException($"No rule for {occurrence.GetType().Name}.");
        }
    }

    private void Begin(DateTimeOffset now, RouteChanges changes)
    {
        _now = now.UtcTicks;
        _changes = changes;
        _refused = null;
    }

    private AppRoutes App(string guid)
    {
        if (!_apps.TryGetValue(guid, out var app))
        {
            _apps.Add(guid, app = new(guid));
        }

        return app;
    }

    /// <summary>Null where it is not said, or there are too many.</summary>
    private DeaRoutes? Dea(string? id)
    {
        if (id is null)
        {
            return null;
        }

        if (!_deas.TryGetValue(id, out var dea) && _deas.Count < options.MaxDeas)
        {
            _deas.Add(id, dea = new(id));
        }

        return dea;
    }

    private Instance? FindInstance(string app, string instance)
        => _apps.TryGetValue(app, out var routes) && _instances.TryGetValue((routes, instance), out var found) ? found : null;

    /// <summary>Takes an instance in; null where there are too many.</summary>
    private Instance? Create(string app, string? id, string? dea, long? since = null)
    {
        var known = _apps.GetValueOrDefault(app);
        if (known?.Instances.Count >= options.MaxInstancesOfApp
            || (known is not { Bindings.Count: > 0 } && _instances.Count + _holders.Count >= 2 * options.MaxInstances))
        {
            Overflows++;
            NoteAbsent(app, id, dea, RouteReason.TooMany, "a main port");
            return null;
        }

        var instance = new Instance(App(app), id, ++_sequence, since ?? _now) { PlaceInApp = -1, PlaceInDea = -1 };
        Places.Add(instance.App, instance);
        if (id is null)
        {
            instance.App.Anonymous++;
        }
        else
        {
            _instances.Add((instance.App, id), instance);
            ExpectEnd(app, id);
        }

        return instance;
    }

    private void MoveTo(Instance instance, DeaRoutes? dea)
    {
        if (ReferenceEquals(instance.Dea, dea) || dea is null)
        {
            return;
        }

        Touch(instance, null);
        Cross(instance, dea);
        var moved = instance.Dea is not null;
        Places.Remove(instance.Dea, instance);
        instance.Dea = dea;
        instance.Beat = 0;
        Places.Add(dea, instance);
        Touch(instance, moved ? RouteReason.DeaChanged : null);
    }

    private void Remove(Instance instance, RouteReason reason)
    {
        Touch(instance, reason);
        foreach (var port in instance.Ports)
        {
            Release(instance, port.HostPort);
        }

        var dea = instance.Dea;
        instance.Ports = [];
        SetNamesPorts(instance, false);
        Places.Remove(instance.Dea, instance);
        Places.Remove(instance.App, instance);
        if (instance.Id is null)
        {
            instance.App.Anonymous--;
        }
        else
        {
            _instances.Remove((instance.App, instance.Id));
            RemoveAnonymousOf(instance.App, dea, reason);
        }

        Forget(instance.App);
    }

    /// <summary>An address that only the HTTP side named goes with the last instance of its application on its DEA.</summary>
    private void RemoveAnonymousOf(AppRoutes app, DeaRoutes? dea, RouteReason reason)
    {
        if (dea is null || app.Anonymous == 0 || app.Instances.Exists(other => other.Id is not null && other.Dea == dea))
        {
            return;
        }

        foreach (var anonymous in app.Instances.FindAll(other => other.Id is null && other.Dea == dea))
        {
            Remove(anonymous, reason);
        }
    }

    private void Forget(AppRoutes app)
    {
        if (app.IsEmpty)
        {
            _apps.Remove(app.Guid);
        }
    }
}
