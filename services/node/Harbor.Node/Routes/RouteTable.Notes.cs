namespace Harbor.Node.Routes;

/// <content>
/// Why an instance of a bound application is no backend: said once for each reason, and again after it was one. Of several nodes the one that owns the DEA says it;
/// the others do not remember it as said, so whoever takes the DEA over says it with the next message that names the instance.
/// </content>
internal sealed partial class RouteTable
{
    /// <summary>Of an application; whoever makes up more instances than this must not fill the log, nor push out what was told of others.</summary>
    private const int MaxNotes = 1_000;

    /// <summary>How long an application with too many is not told of.</summary>
    private static TimeSpan NotesPause { get; } = TimeSpan.FromMinutes(10);

    private void NoteIfNoBackend(Instance instance)
    {
        var app = instance.App;
        if (app.Bindings.Count == 0 || instance.Id is not { } id)
        {
            return;
        }

        var mainPort = StandsInForOne(app);
        if (instance.Ports.Length == 0)
        {
            _isRepeat = false;
            if (mainPort && _owns(instance.Dea?.Id))
            {
                _changes.Unaddressed.Add(app.Guid);
            }

            // A refused address has been noted where it was refused.
            if (app.Notes is null || !app.Notes.TryGetValue(id, out var known) || known is not (RouteReason.NetworkRefused or RouteReason.AddressHeld))
            {
                Note(instance, null, mainPort || instance.NamesPorts ? RouteReason.NoAddress : RouteReason.MainPortNotUsed);
            }

            return;
        }

        // That the address of a bound port is held has been noted where it was refused.
        if (_refused == instance)
        {
            return;
        }

        foreach (var binding in app.Bindings)
        {
            if (!Array.Exists(instance.Ports, port => port.Serves(binding.IntPort, mainPort)))
            {
                var isMain = Array.Exists(instance.Ports, port => port.Main && port.ContainerPort == 0);
                Note(instance, instance.Host.WithPort(instance.Ports[0].HostPort), isMain ? RouteReason.MainPortNotUsed : RouteReason.IntPortNotNamed, binding.PortId);
                return;
            }
        }

        app.Notes?.Remove(id);
    }

    private void Note(Instance instance, string? address, RouteReason reason, string? portId = null)
    {
        if (instance.App.Bindings.Count > 0 && instance.Id is { } id && IsNew(instance.App, id, instance.Dea?.Id, reason))
        {
            _changes.Notes.Add(new(instance.App.Guid, id, instance.Dea?.Id, address, reason, portId));
        }
    }

    /// <summary>Of an instance that is not in the table, or (without an id) of an address; the DEA is the one that named it.</summary>
    private void NoteAbsent(string guid, string? id, string? dea, RouteReason reason, string? address = null)
    {
        if (_apps.TryGetValue(guid, out var app) && app.Bindings.Count > 0 && IsNew(app, id ?? address!, dea, reason))
        {
            _changes.Notes.Add(new(guid, id, dea, address, reason, null));
        }
    }

    /// <summary>Whether this node is to say it now; from then on it counts as said.</summary>
    private bool IsNew(AppRoutes app, string id, string? dea, RouteReason reason)
    {
        _isRepeat = false;
        if (app.Notes is not null && app.Notes.TryGetValue(id, out var known) && known == reason)
        {
            return false;
        }

        if (!_owns(dea))
        {
            // What this node said before is not the last word any more.
            app.Notes?.Remove(id);
            return false;
        }

        app.Notes ??= new(StringComparer.Ordinal);
        if (app.Notes.Count >= MaxNotes && !app.Notes.ContainsKey(id))
        {
            if (app.NotesFullSince == 0)
            {
                // Of every node that holds some back: each counts what it said itself.
                app.NotesFullSince = _now;
                _changes.Notes.Add(new(app.Guid, null, null, null, RouteReason.TooMany, null));
            }

            if (_now - app.NotesFullSince < NotesPause.Ticks)
            {
                return false;
            }

            app.NotesFullSince = 0;
            app.Notes.Clear();
        }

        app.Notes[id] = reason;
        return true;
    }
}
