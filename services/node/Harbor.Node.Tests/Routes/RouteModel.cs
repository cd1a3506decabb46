using Harbor.Node.Dea;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// The rules of contracts 2 as plainly as they can be said: one list, searched from end to end for everything. Slow, obvious, and written without a look at the table's
/// indexes; each instance has one port inside its container, so that the model stays readable.
/// </summary>
internal sealed class RouteModel(double start)
{
    private readonly List<ModelInstance> _instances = [];
    private readonly Dictionary<string, ModelDea> _deas = [];
    private readonly Dictionary<(string, string), (double Began, bool Draining)> _exits = [];
    private bool _suspended;
    private int _now;

    /// <summary>Address, application, instance, DEA and draining of each of the application's backends, the longest known first.</summary>
    public IEnumerable<string> BackendsOf(string app)
        => _instances.Where(known => known.App == app && known.Port is not null)
            .Select(known => $"{known.Host}:{known.Port} {known.App} {known.Id} {known.Dea} {known.Evacuating || (known.Dea is { } dea && _deas[dea].ShuttingDown)}");

    public void Apply(DeaEvent occurrence)
    {
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
            case AddressesUnregistered gone:
                Unregister(gone);
                break;
            case DeaShuttingDown shutdown:
                Dea(shutdown.Dea).ShuttingDown = true;
                break;
            case DeaStarted started when _deas.TryGetValue(started.Dea, out var dea):
                dea.ShuttingDown = false;
                break;
        }
    }

    public void SetSuspended(bool suspended)
    {
        _suspended = suspended;
        if (!suspended)
        {
            foreach (var dea in _deas.Values)
            {
                dea.Heard = dea.Heard is null ? null : _now;
                dea.LastSingle = null;
            }

            foreach (var instance in _instances)
            {
                instance.Heard = instance.Heard is null ? null : _now;
                instance.Registered = instance.Registered is null ? null : _now;
            }
        }
    }

    public void PassASecond()
    {
        _now++;
        if (_suspended)
        {
            return;
        }

        foreach (var (id, dea) in _deas.ToList())
        {
            if (dea.Heard <= _now - 30)
            {
                dea.Heard = null;
                dea.LastSingle = null;
                _instances.RemoveAll(instance => instance.Dea == id && instance.Heard is not null);
            }

            if (dea.Heard is null && !_instances.Exists(instance => instance.Dea == id))
            {
                _deas.Remove(id);
            }
        }

        _instances.RemoveAll(instance => instance is { Dea: null, Heard: { } heard } && heard <= _now - 30);
        _instances.RemoveAll(instance => instance is { Heard: null, Registered: { } registered } && registered <= _now - 120);
    }

    private ModelDea Dea(string id) => _deas.TryGetValue(id, out var dea) ? dea : _deas[id] = new();

    private ModelInstance? Find(string app, string id) => _instances.FirstOrDefault(known => known.App == app && known.Id == id);

    private ModelInstance FindOrAdd(string app, string id)
    {
        if (Find(app, id) is not { } instance)
        {
            _instances.Add(instance = new() { App = app, Id = id });
        }

        return instance;
    }

    private void Heartbeat(HeartbeatReceived heartbeat)
    {
        if (heartbeat.Dea is { } id)
        {
            Dea(id).Heard = _now;
        }

        foreach (var droplet in heartbeat.Droplets)
        {
            if (droplet.State is DropletState.Other)
            {
                NotRunning(droplet);
            }
            else
            {
                Running(droplet, heartbeat.Dea);
            }
        }

        if (heartbeat.Dea is not null)
        {
            var single = heartbeat.Droplets.Count == 1 ? (heartbeat.Droplets[0].App, heartbeat.Droplets[0].Instance) : default((string, string)?);
            if (single is null || single == Dea(heartbeat.Dea).LastSingle)
            {
                _instances.RemoveAll(known => known.Dea == heartbeat.Dea && !heartbeat.Droplets.Any(named => named.App == known.App && named.Instance == known.Id));
            }

            Dea(heartbeat.Dea).LastSingle = single;
        }
    }

    private void NotRunning(DropletReport droplet)
    {
        if (Find(droplet.App, droplet.Instance) is { } instance && !(droplet.Began < instance.Began))
        {
            if (!double.IsNaN(droplet.Began))
            {
                Mark(droplet.App, droplet.Instance, droplet.Began, draining: false);
            }

            _instances.Remove(instance);
        }
    }

    private void Running(DropletReport droplet, string? dea)
    {
        var over = _exits.TryGetValue((droplet.App, droplet.Instance), out var exit) && !(droplet.Began > exit.Began);
        if (over && !exit.Draining)
        {
            return;
        }

        var instance = FindOrAdd(droplet.App, droplet.Instance);
        instance.Dea = dea ?? instance.Dea;
        instance.Heard = _now;
        if (!(droplet.Began < instance.Began))
        {
            instance.Began = double.IsNaN(droplet.Began) ? instance.Began : droplet.Began;
            instance.Evacuating = over || droplet.State is DropletState.Evacuating;
            Claim(instance, droplet.Host!.Value.ToString(), droplet.Ports![0].HostPort);
        }
    }

    private void Claim(ModelInstance instance, string host, int port)
    {
        var holder = _instances.FirstOrDefault(known => known != instance && known.Host == host && known.Port == port);
        instance.Host = host;
        instance.Port = instance.Began < holder?.Began ? null : port;
        if (holder is not null && instance.Port is not null)
        {
            Lose(holder);
        }
    }

    private void Lose(ModelInstance holder)
    {
        holder.Port = null;
        if (holder.Heard is null)
        {
            _instances.Remove(holder);
        }
    }

    private void Exit(DropletExited exit)
    {
        var instance = Find(exit.App, exit.Instance);

        // The newest state that is known to be over; where none is known, all before this moment.
        double[] known = [.. new[] { instance?.Began ?? double.NaN, exit.CrashedAt }.Where(began => !double.IsNaN(began))];
        Mark(exit.App, exit.Instance, known.Length == 0 ? start + _now : known.Max(), exit.Evacuating);
        if (instance is not null && exit.Evacuating)
        {
            instance.Evacuating = true;
        }
        else if (instance is not null)
        {
            _instances.Remove(instance);
        }
    }

    private void Mark(string app, string id, double began, bool draining)
        => _exits[(app, id)] = (_exits.TryGetValue((app, id), out var known) ? Math.Max(known.Began, began) : began, draining);

    private void Register(InstanceRegistered registration)
    {
        var over = _exits.TryGetValue((registration.App, registration.Instance), out var exit);
        if (over && !exit.Draining)
        {
            return;
        }

        var instance = FindOrAdd(registration.App, registration.Instance);
        instance.Evacuating |= over;
        if (registration.Dea is { } dea)
        {
            Dea(dea);
            instance.Dea = dea;
        }

        instance.Registered = _now;
        Claim(instance, registration.Host.ToString(), registration.Ports[0].HostPort);
    }

    private void Unregister(AddressesUnregistered gone)
    {
        if (_instances.FirstOrDefault(known => known.Host == gone.Host.ToString() && known.Port == gone.HostPorts[0]) is { } holder
            && (gone.App is null || gone.App == holder.App))
        {
            Lose(holder);
        }
    }
}
