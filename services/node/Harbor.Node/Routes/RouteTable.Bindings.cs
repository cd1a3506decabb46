namespace Harbor.Node.Routes;

/// <content>Which applications are bound to which ports, and so which backends those have.</content>
internal sealed partial class RouteTable
{
    /// <summary>The applications of a port are these from now on.</summary>
    public void SetPort(string portId, IReadOnlyList<(string App, ushort IntPort)> apps, DateTimeOffset now, RouteChanges changes)
    {
        Begin(now, changes);
        var known = _ports.GetValueOrDefault(portId, []);
        if (known.SequenceEqual(apps))
        {
            return;
        }

        ExpectChanges();
        foreach (var (guid, _) in known)
        {
            var app = _apps[guid];
            TouchAll(app);
            app.Bindings.RemoveAll(binding => binding.PortId == portId);
            Forget(app);
        }

        foreach (var (guid, intPort) in apps)
        {
            var app = App(guid);
            app.Bindings.Add(new(portId, intPort));
        }

        foreach (var (guid, _) in apps)
        {
            var app = _apps[guid];
            TouchAll(app);
            app.Instances.ForEach(NoteIfNoBackend);
        }

        _changes.Ports.Add(portId);
        if (apps.Count == 0)
        {
            _ports.Remove(portId);
            _inHandover.Remove(portId);
        }
        else
        {
            _ports[portId] = [.. apps];
        }
    }

    /// <summary>The backends of a port with these applications, the longest known first.</summary>
    public List<Backend> BackendsOf(string portId, IReadOnlyList<(string App, ushort IntPort)> apps)
    {
        var found = new List<(long Sequence, Backend Backend)>();
        foreach (var (guid, intPort) in apps)
        {
            if (_apps.TryGetValue(guid, out var app))
            {
                Collect(app, intPort, app.Bindings.TrueForAll(binding => binding.PortId == portId) && StandsIn(app), found);
            }
        }

        // A stable order: an instance may have several addresses for one port, and those must not change places.
        return [.. found.OrderBy(entry => entry.Sequence).Select(entry => entry.Backend)];
    }

    public List<Backend> BackendsOf(string portId) => BackendsOf(portId, _ports.GetValueOrDefault(portId, []));

    /// <summary>Who is at an address: application, instance, DEA; null where nobody is known to be.</summary>
    public (string App, string? Instance, string? Dea)? HolderOf(BackendAddress address)
        => _holders.TryGetValue(address, out var holder) ? (holder.App.Guid, holder.Id, holder.Dea?.Id) : null;

    public IEnumerable<string> PortIds => _ports.Keys;

    /// <summary>Whether it is worth asking the DEAs for the application's main ports, and this node's turn.</summary>
    public bool NeedsMainPort(string guid)
        => _apps.TryGetValue(guid, out var app) && StandsInForOne(app)
           && app.Instances.Exists(instance => instance is { Id: not null, Ports.Length: 0 } && _owns(instance.Dea?.Id));

    private bool IsBound(AppRoutes app, in InstancePort port)
    {
        var (wanted, mainPort) = (port, StandsInForOne(app));
        return app.Bindings.Exists(binding => wanted.Serves(binding.IntPort, mainPort));
    }

    /// <summary>The main port stands in for the only bound one: for which of several it would is not known.</summary>
    private bool StandsInForOne(AppRoutes app) => app.Bindings.Count == 1 && StandsIn(app);

    private bool StandsIn(AppRoutes app) => options.UseMainPort && app.WithNamedPorts == 0;

    private static void Collect(AppRoutes app, ushort intPort, bool mainPort, List<(long, Backend)> found)
    {
        foreach (var instance in app.Instances)
        {
            var earlier = found.Count;
            foreach (var port in instance.Ports)
            {
                var address = new BackendAddress(instance.Host, port.HostPort);
                if (port.Serves(intPort, mainPort) && !found[earlier..].Exists(other => other.Item2.Address == address))
                {
                    found.Add((instance.Sequence, Of(instance, address)));
                }
            }
        }
    }

    private static Backend Of(Instance instance, BackendAddress address) => new()
    {
        Address = address,
        App = instance.App.Guid,
        Instance = instance.Id,
        FormerInstance = instance.FormerId,
        Index = instance.Index < 0 ? null : instance.Index,
        Dea = instance.Dea?.Id,
        Draining = instance.Draining,
        Since = new(instance.Since, TimeSpan.Zero),
    };

    private void TouchAll(AppRoutes app, Instance? except = null)
    {
        foreach (var instance in app.Instances.Where(instance => instance != except))
        {
            Touch(instance, RouteReason.BindingsChanged);
        }
    }
}
