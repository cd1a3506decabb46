namespace Harbor.Node.Routes;

/// <content>Why an instance of a bound application is no backend: said once for each reason, and again after it was one.</content>
internal sealed partial class RouteTable
{
    private const int MaxNotes = 20_000;

    private readonly Dictionary<(string App, string Instance), RouteReason> _notes = [];

    private void NoteIfNoBackend(Instance instance)
    {
        var app = instance.App;
        if (app.Bindings.Count == 0 || instance.Id is not { } id)
        {
            return;
        }

        if (instance.Ports.Length == 0)
        {
            if (StandsIn(app) && app.Bindings.Count == 1)
            {
                _changes.Unaddressed.Add(app.Guid);
            }

            // A refused address has been noted where it was refused.
            if (!_notes.TryGetValue((app.Guid, id), out var known) || known is not (RouteReason.NetworkRefused or RouteReason.AddressHeld))
            {
                Note(instance, null, RouteReason.NoAddress);
            }
        }
        else if (app.Bindings.TrueForAll(binding => !Array.Exists(instance.Ports, port => port.ContainerPort == binding.IntPort || port.Main)))
        {
            Note(instance, instance.Host.ToString(), RouteReason.IntPortNotNamed);
        }
        else if (_notes.Count > 0)
        {
            _notes.Remove((app.Guid, id));
        }
    }

    private void Note(Instance instance, string? address, RouteReason reason)
    {
        if (instance.App.Bindings.Count > 0 && instance.Id is { } id && IsNew(instance.App.Guid, id, reason))
        {
            _changes.Notes.Add(new(instance.App.Guid, id, instance.Dea?.Id, address, reason));
        }
    }

    private void NoteAbsent(string guid, string id, RouteReason reason)
    {
        if (_apps.TryGetValue(guid, out var app) && app.Bindings.Count > 0 && IsNew(guid, id, reason))
        {
            _changes.Notes.Add(new(guid, id, null, null, reason));
        }
    }

    private bool IsNew(string app, string id, RouteReason reason)
    {
        if (_notes.TryGetValue((app, id), out var known) && known == reason)
        {
            return false;
        }

        if (_notes.Count >= MaxNotes)
        {
            _notes.Clear();
        }

        _notes[(app, id)] = reason;
        return true;
    }
}
