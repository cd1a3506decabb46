using Harbor.Node.Dea;

namespace Harbor.Node.Routes;

/// <content><c>droplet.exited</c>, <c>dea.shutdown</c>, <c>dea.start</c>.</content>
internal sealed partial class RouteTable
{
    private void Exit(DropletExited exit)
    {
        var instance = FindInstance(exit.App, exit.Instance);
        _exits.Add(exit.App, exit.Instance, new(BeganOf(instance, Plausible(exit.CrashedAt)), exit.Evacuating), _now);
        if (instance is null)
        {
            return;
        }

        if (!exit.Evacuating)
        {
            End(instance, exit.Instance, RouteReason.Exited);
        }
        else if (!instance.Evacuating)
        {
            instance.Evacuating = true;
            Touch(instance, RouteReason.Evacuating);
        }
    }

    /// <summary>
    /// Takes out an instance that has ended. That is told where it leaves its ports, by the node that owns the DEA, and so not once more: the DEA repeats a crash for an hour.
    /// </summary>
    private void End(Instance instance, string id, RouteReason reason)
    {
        var dea = instance.Dea?.Id;
        Remove(instance, reason);
        if (instance.App.Bindings.Count > 0)
        {
            IsNew(instance.App, id, dea, reason);
        }
    }

    /// <summary>The newest state that the exit ends: the one known, or the crash, or for an instance never heard of whatever began before now.</summary>
    private double BeganOf(Instance? instance, double crashedAt)
    {
        var known = instance?.Began ?? double.NaN;
        var began = double.IsNaN(known) || crashedAt > known ? crashedAt : known;
        return double.IsNaN(began) ? SecondsOf(_now) : began;
    }

    private void SetShuttingDown(string id, bool shuttingDown, RouteReason reason)
    {
        if (!shuttingDown && !_deas.ContainsKey(id))
        {
            return;
        }

        if (Dea(id) is not { } dea || dea.ShuttingDown == shuttingDown)
        {
            return;
        }

        dea.ShuttingDown = shuttingDown;
        foreach (var instance in dea.Instances)
        {
            Touch(instance, reason);
        }
    }
}
