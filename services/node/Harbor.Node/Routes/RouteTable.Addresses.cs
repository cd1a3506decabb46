namespace Harbor.Node.Routes;

/// <content>Who holds which address.</content>
internal sealed partial class RouteTable
{
    /// <summary>Makes these the instance's ports, as far as it may have them.</summary>
    private void SetPorts(Instance instance, HostAddress? host, ReadOnlySpan<InstancePort> wanted, RouteReason reason)
    {
        if (host is { } at && (at != instance.Host || !wanted.SequenceEqual(instance.Ports)))
        {
            Touch(instance, RouteReason.PortsChanged);
            if (at != instance.Host)
            {
                ReleaseAll(instance);
                instance.Host = at;
            }

            var granted = Grant(instance, wanted);
            foreach (var port in instance.Ports)
            {
                if (Array.FindIndex(granted, kept => kept.HostPort == port.HostPort) < 0)
                {
                    Release(instance, port.HostPort);
                }
            }

            instance.Ports = granted;
            Touch(instance, reason);
        }
    }

    private InstancePort[] Grant(Instance instance, ReadOnlySpan<InstancePort> wanted)
    {
        if (wanted.IsEmpty)
        {
            return [];
        }

        if (!options.Networks.Allows(instance.Host))
        {
            NetworkRefusals++;
            Note(instance, instance.Host.WithPort(wanted[0].HostPort), RouteReason.NetworkRefused);
            return [];
        }

        var granted = new InstancePort[wanted.Length];
        var count = 0;
        foreach (var port in wanted)
        {
            if (TryHold(instance, port.HostPort))
            {
                granted[count++] = port;
            }
            else if (IsBound(instance.App, port))
            {
                _refused = instance;
                Note(instance, instance.Host.WithPort(port.HostPort), RouteReason.AddressHeld);
            }
        }

        return count == granted.Length ? granted : granted[..count];
    }

    /// <summary>
    /// The newest claim wins, unless both say when they began and it began before the holder: then it is a late message of a process that is gone,
    /// and following it would send its clients to the holder's application.
    /// </summary>
    private bool TryHold(Instance instance, ushort port)
    {
        var address = new BackendAddress(instance.Host, port);
        if (_holders.TryGetValue(address, out var holder) && holder != instance)
        {
            if (instance.Began < holder.Began)
            {
                return false;
            }

            // The same state at the same address: the process has not been started anew.
            instance.FormerId = holder.App == instance.App && holder.Began == instance.Began ? holder.Id : instance.FormerId;
            Withdraw(holder, port, RouteReason.AddressTaken);
        }

        if (holder != instance)
        {
            Arrive(address, instance.Dea);
        }

        _holders[address] = instance;
        return true;
    }

    /// <summary>Takes an address from an instance, and the instance with it where it was nothing else. Of two applications on two nodes' DEAs either node may take it out of the document.</summary>
    private void Withdraw(Instance holder, ushort port, RouteReason reason)
    {
        Mark(holder, true);
        Touch(holder, null);
        _changes.Reasons[(holder.App.Guid, new(holder.Host, port))] = reason;
        Release(holder, port);
        holder.Ports = Array.FindAll(holder.Ports, kept => kept.HostPort != port);
        if (holder.Ports.Length == 0 && holder.HeardAt == 0)
        {
            Remove(holder, reason);
        }
    }

    private void ReleaseAll(Instance instance)
    {
        foreach (var port in instance.Ports)
        {
            Release(instance, port.HostPort);
        }

        instance.Ports = [];
    }

    private void Release(Instance instance, ushort port)
    {
        var address = new BackendAddress(instance.Host, port);
        if (_holders.TryGetValue(address, out var holder) && holder == instance)
        {
            _holders.Remove(address);
            Depart(address, instance.Dea);
            foreach (var binding in instance.App.Bindings)
            {
                _changes.Leaving.Add(binding.PortId);
            }
        }
    }

    /// <summary>With the first instance that names its ports the application's main ports stand in for nothing, and with the last one's end they do again.</summary>
    private void SetNamesPorts(Instance instance, bool names)
    {
        if (instance.NamesPorts == names)
        {
            return;
        }

        instance.NamesPorts = names;
        instance.App.WithNamedPorts += names ? 1 : -1;
        if (instance.App.WithNamedPorts == (names ? 1 : 0))
        {
            TouchAll(instance.App, except: instance);
        }
    }
}
