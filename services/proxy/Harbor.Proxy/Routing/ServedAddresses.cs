using System.Net;
using Harbor.State.Ports;

namespace Harbor.Proxy.Routing;

/// <summary>
/// Which addresses the relay is led to by which ports, and for which application. Ports are applied side by side, so one may be told of an address before
/// another has let go of it: until then it is left out, or the other port's clients would meet this one's process. Safe for use by several threads.
/// </summary>
internal sealed class ServedAddresses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, (string App, HashSet<int> Ports)> _holders = [];
    private readonly Dictionary<int, HashSet<IPEndPoint>> _held = [];
    private readonly Dictionary<IPEndPoint, HashSet<int>> _waiting = [];

    /// <summary>Those of the backends that the port may lead to now; the port is named by <see cref="Keep"/> when it may have the others.</summary>
    public IReadOnlyList<BackendEntry> Claim(int port, IReadOnlyList<BackendEntry> backends, Func<BackendEntry, IPEndPoint?> addressOf)
    {
        lock (_gate)
        {
            return [.. backends.Where(backend => addressOf(backend) is not { } address || TryHold(port, address, backend.AppGuid))];
        }
    }

    /// <summary>The port leads to these addresses and to no others any more.</summary>
    /// <returns>Ports that wait for what it has let go of.</returns>
    public IReadOnlyCollection<int> Keep(int port, IEnumerable<IPEndPoint> addresses)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(port, out var held))
            {
                return [];
            }

            var freed = new HashSet<int>();
            foreach (var address in held.Except(addresses).ToList())
            {
                held.Remove(address);
                var (_, ports) = _holders[address];
                ports.Remove(port);
                if (ports.Count == 0)
                {
                    _holders.Remove(address);
                }

                if (_waiting.Remove(address, out var waiting))
                {
                    freed.UnionWith(waiting);
                }
            }

            if (held.Count == 0)
            {
                _held.Remove(port);
            }

            return freed;
        }
    }

    private bool TryHold(int port, IPEndPoint address, string app)
    {
        if (_holders.TryGetValue(address, out var holder) && holder.App != app && !(holder.Ports.Count == 1 && holder.Ports.Contains(port)))
        {
            if (!_waiting.TryGetValue(address, out var waiting))
            {
                _waiting[address] = waiting = [];
            }

            waiting.Add(port);
            return false;
        }

        var ports = holder.Ports ?? [];
        ports.Add(port);
        _holders[address] = (app, ports);
        if (!_held.TryGetValue(port, out var held))
        {
            _held[port] = held = [];
        }

        held.Add(address);
        return true;
    }
}
