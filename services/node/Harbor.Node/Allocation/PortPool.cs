namespace Harbor.Node.Allocation;

/// <summary>
/// The free ports of one pool, in memory, so that a port is picked at random at any fill without reading a document. A hint, kept by a watch: the
/// insert of the port's document is the judge. Safe for use by several threads.
/// </summary>
internal sealed class PortPool(Random random)
{
    /// <summary>
    /// How long a port that was picked is kept back until the watch shows its document. A document that another node deletes before the watch looks is never shown, and
    /// the port must not be lost with it. Too short a time does no harm: the insert is the judge.
    /// </summary>
    internal static readonly TimeSpan ReservationLimit = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<int> _free = [];
    private readonly Dictionary<int, int> _places = [];
    private readonly HashSet<int> _used = [];
    private readonly Dictionary<int, DateTimeOffset> _quarantined = [];
    private readonly PriorityQueue<int, DateTimeOffset> _quarantineEnds = new();
    private int _first;
    private int _last = -1;

    public int FreeCount
    {
        get
        {
            lock (_gate)
            {
                return _free.Count;
            }
        }
    }

    public bool Contains(int port)
    {
        lock (_gate)
        {
            return port >= _first && port <= _last;
        }
    }

    /// <summary>The range is this one from now on. Ports in use outside it stay in use.</summary>
    public void SetRange(int first, int last)
    {
        lock (_gate)
        {
            (_first, _last) = (first, last);
            _free.Clear();
            _places.Clear();
            for (var port = first; port <= last; port++)
            {
                if (!_used.Contains(port))
                {
                    Add(port);
                }
            }
        }
    }

    /// <summary>The port has an owner.</summary>
    public void SetUsed(int port)
    {
        lock (_gate)
        {
            _quarantined.Remove(port);
            _used.Add(port);
            Remove(port);
        }
    }

    /// <summary>The port is kept back until then.</summary>
    public void SetQuarantined(int port, DateTimeOffset until)
    {
        lock (_gate)
        {
            KeepBack(port, until);
        }
    }

    public void SetFree(int port)
    {
        lock (_gate)
        {
            _quarantined.Remove(port);
            _used.Remove(port);
            Add(port);
        }
    }

    /// <summary>Picks a free port and takes it out, so that no other call picks it for a while; null where all are used or refused.</summary>
    public int? Reserve(Func<int, bool> refused, DateTimeOffset now)
    {
        lock (_gate)
        {
            EndQuarantines(now);
            if (_free.Count == 0)
            {
                return null;
            }

            // From a random place on, so that every port can be found, and in a few steps unless most of the pool is refused.
            var start = random.Next(_free.Count);
            for (var step = 0; step < _free.Count; step++)
            {
                var port = _free[(start + step) % _free.Count];
                if (!refused(port))
                {
                    KeepBack(port, now + ReservationLimit);
                    return port;
                }
            }

            return null;
        }
    }

    private void KeepBack(int port, DateTimeOffset until)
    {
        _used.Add(port);
        Remove(port);
        _quarantined[port] = until;
        _quarantineEnds.Enqueue(port, until);
    }

    private void EndQuarantines(DateTimeOffset now)
    {
        while (_quarantineEnds.TryPeek(out var port, out var until) && until <= now)
        {
            _quarantineEnds.Dequeue();
            if (_quarantined.TryGetValue(port, out var current) && current == until)
            {
                _quarantined.Remove(port);
                _used.Remove(port);
                Add(port);
            }
        }
    }

    private void Add(int port)
    {
        if (port >= _first && port <= _last && !_places.ContainsKey(port))
        {
            _places.Add(port, _free.Count);
            _free.Add(port);
        }
    }

    private void Remove(int port)
    {
        if (_places.Remove(port, out var place))
        {
            var last = _free[^1];
            _free[place] = last;
            _free.RemoveAt(_free.Count - 1);
            if (last != port)
            {
                _places[last] = place;
            }
        }
    }
}
