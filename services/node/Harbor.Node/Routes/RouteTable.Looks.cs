namespace Harbor.Node.Routes;

/// <content>
/// Which ports a node looks at: those that something changes for on a DEA of its own, and, for what changes on others', those in handover. A port is in handover while its document names
/// one of this node's DEAs for an address that by now an instance on another's has: that one's writer will take the entry over, but where the instance leaves before it has, only this node may take
/// the entry out.
/// </content>
internal sealed partial class RouteTable
{
    private readonly HashSet<string> _inHandover = [];

    /// <summary>The backends that the port's document is about to be compared with. Whatever changes for the port from now on has it looked at again, until <see cref="EndLook"/>.</summary>
    public List<Backend> BeginLook(string portId, IReadOnlyList<(string App, ushort IntPort)> apps)
    {
        _inHandover.Add(portId);
        return BackendsOf(portId, apps);
    }

    /// <param name="portId">The port that was looked at.</param>
    /// <param name="isInHandover">Whether its document was found to be so.</param>
    public void EndLook(string portId, bool isInHandover)
    {
        if (!isInHandover)
        {
            _inHandover.Remove(portId);
        }
    }

    /// <summary>The ports of the instance's application may look different now. Called before and after whatever changes an instance.</summary>
    private void Touch(Instance instance, RouteReason? reason)
    {
        ExpectChange(instance.Dea);
        if (!Mark(instance, _owns(instance.Dea?.Id)) || reason is not { } known)
        {
            return;
        }

        foreach (var port in instance.Ports)
        {
            _changes.Reasons[(instance.App.Guid, new(instance.Host, port.HostPort))] = known;
        }
    }

    /// <summary>Has the ports of the instance's application looked at, all or those in handover. False where there are none.</summary>
    private bool Mark(Instance instance, bool all)
    {
        var isAny = false;
        foreach (var binding in instance.App.Bindings)
        {
            if (all || _inHandover.Contains(binding.PortId))
            {
                _changes.Ports.Add(binding.PortId);
                isAny = true;
            }
        }

        return isAny;
    }
}
