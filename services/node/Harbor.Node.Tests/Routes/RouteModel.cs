using Harbor.Node.Dea;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// The rules of contracts 2 as plainly as they can be said: one list, searched from end to end for everything. Slow, obvious, and written without a look at the table's
/// indexes.
/// </summary>
/// <param name="start">The first moment, in seconds since 1970.</param>
/// <param name="bindings">Port, application, and the port on which that listens inside its containers.</param>
internal sealed partial class RouteModel(double start, IReadOnlyList<(string Port, string App, int IntPort)> bindings)
{
    private readonly List<ModelInstance> _instances = [];
    private readonly Dictionary<string, ModelDea> _deas = [];
    private readonly Dictionary<(string, string), (double Began, bool Draining)> _exits = [];
    private bool _suspended;
    private int _now;

    /// <summary>Address, application, instance, DEA and draining of each of the port's backends, the longest known first.</summary>
    public IEnumerable<string> BackendsOf(string port)
        => from backend in Backends(port)
           select $"{backend.Host}:{backend.Port.Outside} {backend.Instance.App} {backend.Instance.Id} {backend.Instance.Dea} {IsDraining(backend.Instance)}";

    /// <summary>Applications whose DEAs are to be asked for the main ports of their instances.</summary>
    public IEnumerable<string> Asking
        => from app in bindings.Select(binding => binding.App).Distinct()
           where StandsIn(app) && _instances.Exists(known => known.App == app && known is { Id: not null, Ports.Count: 0 })
           select app;

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
            case MainPortRegistered registration:
                RegisterMain(registration);
                break;
            case DropletFound found:
                Find(found);
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

    /// <summary>A new node: of all that was heard it knows the backends in the ports' documents, and nothing else.</summary>
    public void Restart()
    {
        var stored = (from port in bindings.Select(binding => binding.Port).Distinct()
                      from backend in Backends(port)
                      let intPort = bindings.First(binding => binding.Port == port && binding.App == backend.Instance.App).IntPort
                      let isMain = backend.Instance.Id is null
                      select (backend.Instance, backend.Host, new ModelPort(isMain ? 0 : intPort, backend.Port.Outside, isMain), IsDraining(backend.Instance))).ToList();
        _instances.Clear();
        _deas.Clear();
        _exits.Clear();
        foreach (var (instance, host, port, draining) in stored)
        {
            Remember(instance, host, port, draining);
        }

        SetSuspended(false);
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
                RemoveAll(instance => instance.Dea == id && instance.Heard is not null);
            }

            if (dea.Heard is null && !_instances.Exists(instance => instance.Dea == id))
            {
                _deas.Remove(id);
            }
        }

        RemoveAll(instance => (instance is { Dea: null, Heard: { } heard } && heard <= _now - 30)
                              || (instance is { Heard: null, Registered: { } registered } && registered <= _now - 120));
    }

    /// <summary>Each address once, although an instance may name it for two of its ports.</summary>
    private IEnumerable<(ModelInstance Instance, string Host, ModelPort Port)> Backends(string port)
        => (from instance in _instances
            from named in instance.Ports
            where bindings.Any(binding => binding.Port == port && binding.App == instance.App
                                          && (named.Inside == binding.IntPort || (named.Main && StandsIn(instance.App))))
            select (Instance: instance, Host: instance.Host!, Port: named)).DistinctBy(backend => (backend.Host, backend.Port.Outside));

    /// <summary>Whether an application's main port stands in for the port of its only binding.</summary>
    private bool StandsIn(string app) => bindings.Count(binding => binding.App == app) == 1 && !_instances.Exists(known => known.App == app && known.NamesPorts);

    private bool IsDraining(ModelInstance instance) => instance.Evacuating || (instance.Dea is { } dea && _deas[dea].ShuttingDown);

    private ModelDea Dea(string id) => _deas.TryGetValue(id, out var dea) ? dea : _deas[id] = new();

    private ModelInstance? Find(string app, string id) => _instances.FirstOrDefault(known => known.App == app && known.Id == id);

    private ModelInstance FindOrAdd(string app, string? id)
    {
        var instance = id is null ? null : Find(app, id);
        if (instance is null)
        {
            _instances.Add(instance = new() { App = app, Id = id });
        }

        return instance;
    }

    private void RemoveAll(Predicate<ModelInstance> over) => _instances.FindAll(over).ForEach(Remove);

    /// <summary>Addresses that only the HTTP side has named go with the last instance of their application on their DEA.</summary>
    private void Remove(ModelInstance gone)
    {
        _instances.Remove(gone);
        if (gone is { Id: not null, Dea: not null } && !_instances.Exists(other => other.Id is not null && other.App == gone.App && other.Dea == gone.Dea))
        {
            _instances.RemoveAll(other => other.App == gone.App && other.Dea == gone.Dea);
        }
    }
}
