using System.Net;

namespace Harbor.Proxy.Routing;

/// <summary>
/// Which addresses the relay is led to by which ports, and for which application. Ports are applied side by side, so one may be told of an address before
/// another has let go of it: until then it is left out, or the other port's clients would meet this one's process. Safe for use by several threads.
/// </summary>
internal sealed class ServedAddresses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, Holding> _holdings = [];
    private readonly Dictionary<int, IPEndPoint[]> _held = [];
    private readonly Dictionary<IPEndPoint, HashSet<int>> _waiting = [];

    /// <summary>Those of the backends that the port may lead to now; the port is named by <see cref="Keep"/> when it may have the others.</summary>
    public IReadOnlyList<(WantedBackend Backend, IPEndPoint? Address)> Claim(int port, IReadOnlyList<(WantedBackend Backend, IPEndPoint? Address)> backends)
    {
        lock (_gate)
        {
            var granted = backends.Where(backend => backend.Address is not { } address || TryHold(port, address, backend.Backend.AppGuid)).ToList();
            IPEndPoint[] held = [.. (_held.GetValueOrDefault(port) ?? []).Union(granted.Select(backend => backend.Address).OfType<IPEndPoint>())];
            if (held.Length > 0)
            {
                _held[port] = held;
            }

            return granted;
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

            IPEndPoint[] kept = [.. held.Intersect(addresses)];
            if (kept.Length == held.Length)
            {
                return [];
            }

            var freed = new HashSet<int>();
            foreach (var address in held.Except(kept))
            {
                LetGo(port, address);
                if (_waiting.Remove(address, out var waiting))
                {
                    freed.UnionWith(waiting);
                }
            }

            if (kept.Length == 0)
            {
                _held.Remove(port);
            }
            else
            {
                _held[port] = kept;
            }

            return freed;
        }
    }

    private bool TryHold(int port, IPEndPoint address, string app)
    {
        var isHeld = _holdings.TryGetValue(address, out var holding);
        if (isHeld && holding.App != app && !holding.IsOf(port))
        {
            if (!_waiting.TryGetValue(address, out var waiting))
            {
                _waiting[address] = waiting = [];
            }

            waiting.Add(port);
            return false;
        }

        var others = isHeld ? holding.Ports : [];
        _holdings[address] = new(app, others.Contains(port) ? others : [.. others, port]);
        return true;
    }

    private void LetGo(int port, IPEndPoint address)
    {
        var (app, ports) = _holdings[address];
        if (ports.Length == 1)
        {
            _holdings.Remove(address);
        }
        else
        {
            _holdings[address] = new(app, [.. ports.Where(other => other != port)]);
        }
    }

    /// <param name="App">Whose process is led to.</param>
    /// <param name="Ports">By which ports; nearly always one.</param>
    private readonly record struct Holding(string App, int[] Ports)
    {
        /// <summary>Of that port alone.</summary>
        public bool IsOf(int port) => Ports is [var only] && only == port;
    }
}
