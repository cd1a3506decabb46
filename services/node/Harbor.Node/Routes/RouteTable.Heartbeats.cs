using Harbor.Node.Dea;

namespace Harbor.Node.Routes;

/// <content><c>dea.heartbeat</c>.</content>
internal sealed partial class RouteTable
{
    private const double LargestClockLead = 30;

    private void Heartbeat(HeartbeatReceived heartbeat)
    {
        var dea = Dea(heartbeat.Dea);
        if (dea is not null)
        {
            dea.HeardAt = _now;
            dea.Beat++;
        }

        _isRepeat = true;
        _named.Clear();
        foreach (var droplet in heartbeat.Droplets)
        {
            Report(droplet with { Began = Plausible(droplet.Began) }, dea);
        }

        if (dea is null)
        {
            return;
        }

        // Old DEAs send a heartbeat of one instance when that has just become running; and one that holds a single instance looks the same.
        var single = heartbeat.Droplets.Count == 1 ? (heartbeat.Droplets[0].App, heartbeat.Droplets[0].Instance) : default((string, string)?);
        var partial = single is not null && single != dea.LastSingle;
        dea.LastSingle = single;
        if (!partial)
        {
            RemoveAbsent(dea);
        }
        else
        {
            _isRepeat = false;
        }

        ExpectRepeat(dea, heartbeat.Fingerprint);
    }

    /// <summary>A time to come says nothing about which of two processes is the newer.</summary>
    private double Plausible(double began)
    {
        if (!(began > SecondsOf(_now) + LargestClockLead))
        {
            return began;
        }

        _isRepeat = false;
        return double.NaN;
    }

    private static double SecondsOf(long ticks) => (ticks - DateTimeOffset.UnixEpoch.UtcTicks) / (double)TimeSpan.TicksPerSecond;

    private void RemoveAbsent(DeaRoutes dea)
    {
        for (var place = dea.Instances.Count - 1; place >= 0; place--)
        {
            // Removing one may take others of the list with it.
            if (place < dea.Instances.Count && dea.Instances[place] is { Id: not null } instance && instance.Beat != dea.Beat)
            {
                Remove(instance, RouteReason.Absent);
            }
        }
    }

    private void Report(in DropletReport droplet, DeaRoutes? dea)
    {
        if (droplet.State is DropletState.Other)
        {
            ReportNotRunning(droplet, dea);
            return;
        }

        var exit = _exits.Find(droplet.App, droplet.Instance) is { } mark && !(droplet.Began > mark.Began) ? mark : default(ExitMark?);
        _isRepeat &= exit is null;
        if (exit is { Draining: false })
        {
            NoteAbsent(droplet.App, droplet.Instance, dea?.Id, RouteReason.Exited);
            if (FindInstance(droplet.App, droplet.Instance) is { } revived)
            {
                SetNamed(revived, dea);
            }

            return;
        }

        var instance = FindInstance(droplet.App, droplet.Instance) ?? Create(droplet.App, droplet.Instance, dea?.Id);
        if (instance is null)
        {
            _isRepeat = false;
            return;
        }

        _isRepeat &= !instance.Remembered && instance.HeardAt != 0 && (droplet.Began == instance.Began || double.IsNaN(droplet.Began));
        MoveTo(instance, dea);
        instance.Beat = dea?.Beat ?? 0;
        instance.HeardAt = _now;
        instance.Remembered = false;
        if (instance.Dea is null)
        {
            ExpireFrom(_now + options.DeaSilence.Ticks);
        }

        // Of an older state nothing is taken but that the instance is there.
        if (!(droplet.Began < instance.Began))
        {
            Update(instance, droplet, droplet.State is DropletState.Evacuating || exit is not null);
        }
    }

    private void ReportNotRunning(in DropletReport droplet, DeaRoutes? dea)
    {
        if (FindInstance(droplet.App, droplet.Instance) is not { } instance)
        {
            _named.Add((droplet.App, droplet.Instance));
            NoteAbsent(droplet.App, droplet.Instance, dea?.Id, RouteReason.NotRunning);
            return;
        }

        if (droplet.Began < instance.Began)
        {
            if (instance.Dea != dea)
            {
                _named.Add((droplet.App, droplet.Instance));
            }

            SetNamed(instance, dea);
            return;
        }

        if (!double.IsNaN(droplet.Began))
        {
            _exits.Add(droplet.App, droplet.Instance, new(droplet.Began, Draining: false), _now);
        }

        End(instance, droplet.Instance, RouteReason.NotRunning);
    }

    /// <summary>Of an older state nothing is taken, but what is named is not absent.</summary>
    private static void SetNamed(Instance instance, DeaRoutes? dea)
    {
        if (dea is not null && instance.Dea == dea)
        {
            instance.Beat = dea.Beat;
        }
    }

    private void Update(Instance instance, in DropletReport droplet, bool evacuating)
    {
        instance.Began = double.IsNaN(droplet.Began) ? instance.Began : droplet.Began;
        var index = droplet.Index ?? instance.Index;
        if (index != instance.Index || evacuating != instance.Evacuating)
        {
            instance.Index = index;
            instance.Evacuating = evacuating;
            Touch(instance, evacuating ? RouteReason.Evacuating : RouteReason.Running);
        }

        if (droplet.Ports is { } ports)
        {
            NamePorts(instance, droplet.Host ?? KnownHost(instance), ports, RouteReason.Running);
        }

        NoteIfNoBackend(instance);
    }

    private static HostAddress? KnownHost(Instance instance) => instance.Ports.Length > 0 ? instance.Host : null;

    private void NamePorts(Instance instance, HostAddress? host, PortMapping[] ports, RouteReason reason)
    {
        SetNamesPorts(instance, true);
        Span<InstancePort> wanted = stackalloc InstancePort[ports.Length];
        for (var i = 0; i < ports.Length; i++)
        {
            wanted[i] = new(ports[i].ContainerPort, ports[i].HostPort, IsMain(instance, host, ports[i].HostPort));
        }

        SetPorts(instance, host, wanted, reason);
    }

    private static bool IsMain(Instance instance, HostAddress? host, ushort port)
        => instance.Host == host && Array.Exists(instance.Ports, known => known.Main && known.HostPort == port);
}
