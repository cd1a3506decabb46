using Harbor.Node.Dea;

namespace Harbor.Node.Routes;

/// <content><c>harbor.register</c>, <c>router.register</c>, both unregisters, and replies to <c>dea.find.droplet</c>.</content>
internal sealed partial class RouteTable
{
    private void Register(InstanceRegistered registration)
    {
        var exit = _exits.Find(registration.App, registration.Instance);
        if (exit is { Draining: false })
        {
            NoteAbsent(registration.App, registration.Instance, registration.Dea, RouteReason.Exited);
            return;
        }

        var instance = FindInstance(registration.App, registration.Instance) ?? Create(registration.App, registration.Instance, registration.Dea);
        if (instance is null)
        {
            return;
        }

        MoveTo(instance, Dea(registration.Dea));
        instance.RegisteredAt = _now;
        instance.HeardAt = instance.Remembered ? 0 : instance.HeardAt;
        instance.Remembered = false;
        ExpireFrom(_now + options.RegistrationAge.Ticks);
        if ((registration.Index ?? instance.Index) != instance.Index || (exit is not null && !instance.Evacuating))
        {
            instance.Index = registration.Index ?? instance.Index;
            instance.Evacuating |= exit is not null;
            Touch(instance, RouteReason.Registered);
        }

        NamePorts(instance, registration.Host, registration.Ports, RouteReason.Registered);
        NoteIfNoBackend(instance);
    }

    private void RegisterMain(MainPortRegistered registration)
    {
        if (!options.Networks.Allows(registration.Host))
        {
            NetworkRefusals++;
            NoteAbsent(registration.App, null, registration.Dea, RouteReason.NetworkRefused, registration.Host.WithPort(registration.Port));
            return;
        }

        if (_holders.TryGetValue(new(registration.Host, registration.Port), out var holder) && holder.App.Guid == registration.App)
        {
            MarkMain(holder, registration.Port);
        }
        else if ((holder = Create(registration.App, null, registration.Dea)) is not null)
        {
            SetPorts(holder, registration.Host, [new(0, registration.Port, Main: true)], RouteReason.Registered);
        }

        if (holder is { Id: null })
        {
            MoveTo(holder, Dea(registration.Dea));
            holder.RegisteredAt = _now;
            ExpireFrom(_now + options.RegistrationAge.Ticks);
        }
    }

    private void MarkMain(Instance holder, ushort port)
    {
        var place = Array.FindIndex(holder.Ports, known => known.HostPort == port);
        if (!holder.Ports[place].Main)
        {
            holder.Ports[place] = holder.Ports[place] with { Main = true };
            Touch(holder, RouteReason.Registered);
        }
    }

    private void Find(DropletFound found)
    {
        if (FindInstance(found.App, found.Instance) is not { NamesPorts: false } instance)
        {
            return;
        }

        if (instance.Host == found.Host && Array.Exists(instance.Ports, known => known.HostPort == found.Port))
        {
            MarkMain(instance, found.Port);
        }
        else
        {
            SetPorts(instance, found.Host, [new(0, found.Port, Main: true)], RouteReason.Found);
        }
    }

    /// <summary>An address is named by host and port; an application that names itself can only take back its own.</summary>
    private void Unregister(AddressesUnregistered unregistration)
    {
        foreach (var port in unregistration.HostPorts)
        {
            if (_holders.TryGetValue(new(unregistration.Host, port), out var holder)
                && (unregistration.App is null || unregistration.App == holder.App.Guid))
            {
                Withdraw(holder, port, RouteReason.Unregistered);
            }
        }
    }
}
