using Harbor.Node.Dea;

namespace Harbor.Node.Tests.Routes;

/// <content>What each message does.</content>
internal sealed partial class RouteModel
{
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
                RemoveAll(known => known.Dea == heartbeat.Dea && known.Id is not null
                                   && !heartbeat.Droplets.Any(named => named.App == known.App && named.Instance == known.Id));
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

            Remove(instance);
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
        instance.Stored = false;
        if (!(droplet.Began < instance.Began))
        {
            instance.Began = double.IsNaN(droplet.Began) ? instance.Began : droplet.Began;
            instance.Evacuating = over || droplet.State is DropletState.Evacuating;
            if (droplet.Ports is { } ports)
            {
                Name(instance, droplet.Host?.ToString() ?? (instance.Ports.Count > 0 ? instance.Host : null), ports);
            }
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
            Remove(instance);
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
        Move(instance, registration.Dea);
        instance.Registered = _now;
        instance.Heard = instance.Stored ? null : instance.Heard;
        instance.Stored = false;
        Name(instance, registration.Host.ToString(), registration.Ports);
    }

    private void RegisterMain(MainPortRegistered registration)
    {
        var holder = HolderOf(registration.Host.ToString(), registration.Port);
        if (holder?.App != registration.App)
        {
            holder = FindOrAdd(registration.App, null);
            Give(holder, registration.Host.ToString(), [new(0, registration.Port, Main: true)]);
        }

        MarkMain(holder, registration.Port);
        if (holder.Id is null)
        {
            Move(holder, registration.Dea);
            holder.Registered = _now;
        }
    }

    private void Find(DropletFound found)
    {
        if (Find(found.App, found.Instance) is not { NamesPorts: false } instance)
        {
            return;
        }

        if (HolderOf(found.Host.ToString(), found.Port) != instance)
        {
            Give(instance, found.Host.ToString(), [new(0, found.Port, Main: true)]);
        }

        MarkMain(instance, found.Port);
    }

    private void Unregister(AddressesUnregistered gone)
    {
        foreach (var port in gone.HostPorts)
        {
            if (HolderOf(gone.Host.ToString(), port) is { } holder && (gone.App is null || gone.App == holder.App))
            {
                Lose(holder, port);
            }
        }
    }

    /// <summary>A backend in a port's document, read by a new node: as old as if it had been heard of now.</summary>
    private void Remember(ModelInstance stored, string host, ModelPort port, bool draining)
    {
        if (HolderOf(host, port.Outside) is not null || (stored.Id is not null && Find(stored.App, stored.Id) is { } other && other.Host != host))
        {
            return;
        }

        var instance = FindOrAdd(stored.App, stored.Id);
        instance.Stored = true;
        instance.Evacuating |= draining;
        instance.Registered = _now;
        if (stored.Dea is { } dea)
        {
            Move(instance, dea);
            Dea(dea).Heard = _now;
            instance.Heard = stored.Id is null ? null : _now;
        }

        Give(instance, host, [.. instance.Ports, port]);
    }

    private void Move(ModelInstance instance, string? dea)
    {
        if (dea is not null)
        {
            Dea(dea);
            instance.Dea = dea;
        }
    }
}
