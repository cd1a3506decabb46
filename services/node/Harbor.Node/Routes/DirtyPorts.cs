using System.Threading.Channels;

namespace Harbor.Node.Routes;

/// <summary>
/// Ports whose documents may be behind the table, each once however often it changed; those that an address leaves come first, since until then its clients
/// may meet another application there. Safe for use by several threads.
/// </summary>
internal sealed class DirtyPorts
{
    /// <summary>Reasons are only for the log: a node that is behind for long may lose some rather than hold them all.</summary>
    private const int MaxReasons = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Timestamp, bool Leaving)> _since = [];
    private readonly Dictionary<string, long> _deferred = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<(string App, BackendAddress Address), RouteReason> _reasons = [];
    private readonly Channel<(bool Later, long Number, string Port)> _queue = Channel.CreateUnboundedPrioritized<(bool, long, string)>();
    private long _number;

    /// <summary>Ports to <see cref="TryTake"/>.</summary>
    public ChannelReader<(bool Later, long Number, string Port)> Queue => _queue.Reader;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _since.Count + _deferred.Count;
            }
        }
    }

    /// <param name="ports">The ports that changed.</param>
    /// <param name="leaving">Those of them that an address leaves.</param>
    /// <param name="reasons">Why, by application and address.</param>
    /// <param name="timestamp">When the event came, by <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void Mark(
        IEnumerable<string> ports, IReadOnlySet<string> leaving, IReadOnlyDictionary<(string App, BackendAddress Address), RouteReason> reasons, long timestamp)
    {
        lock (_gate)
        {
            if ((_since.Count == 0 && _deferred.Count == 0 && _taken.Count == 0) || _reasons.Count > MaxReasons)
            {
                // Reasons that nobody can ask for any more.
                _reasons.Clear();
            }

            foreach (var (backend, reason) in reasons)
            {
                _reasons[backend] = reason;
            }

            foreach (var port in ports)
            {
                Add(port, leaving.Contains(port), timestamp);
            }
        }
    }

    /// <summary>
    /// A port that was read from the queue is about to be looked at; what changes from now on queues it again. False where somebody else has it: two that
    /// look at one port at a time would only lose against each other, and the slower one's knowledge would be the older.
    /// True obliges to <see cref="Finish"/>.
    /// </summary>
    public bool TryTake(string port, out long timestamp)
    {
        lock (_gate)
        {
            timestamp = 0;
            if (_taken.Contains(port) || !_since.Remove(port, out var marked))
            {
                return false;
            }

            timestamp = marked.Timestamp;
            return _taken.Add(port);
        }
    }

    /// <summary>A port that was taken has been looked at. What has changed meanwhile is looked at by whoever takes it next.</summary>
    public void Finish(string port)
    {
        lock (_gate)
        {
            _taken.Remove(port);
            if (_since.TryGetValue(port, out var marked))
            {
                _queue.Writer.TryWrite((!marked.Leaving, _number++, port));
            }
        }
    }

    /// <summary>Puts a port back whose document could not be written.</summary>
    public void PutBack(string port, long timestamp)
    {
        lock (_gate)
        {
            Add(port, leaving: false, timestamp);
        }
    }

    /// <summary>The port is to be looked at before those that nothing leaves.</summary>
    public void Hurry(string port, long timestamp)
    {
        lock (_gate)
        {
            Add(port, leaving: true, timestamp);
        }
    }

    /// <summary>The port waits for another's document, until <see cref="Resume"/>.</summary>
    public void Defer(string port, long timestamp)
    {
        lock (_gate)
        {
            _deferred.TryAdd(port, timestamp);
        }
    }

    public void Resume(string port)
    {
        lock (_gate)
        {
            if (_deferred.Remove(port, out var timestamp))
            {
                Add(port, leaving: false, timestamp);
            }
        }
    }

    public RouteReason ReasonOf(string app, BackendAddress address)
    {
        lock (_gate)
        {
            return _reasons.GetValueOrDefault((app, address), RouteReason.Reconciled);
        }
    }

    private void Add(string port, bool leaving, long timestamp)
    {
        if (_since.TryAdd(port, (timestamp, leaving)))
        {
            _queue.Writer.TryWrite((!leaving, _number++, port));
        }
        else if (leaving && _since[port] is { Leaving: false } known)
        {
            // It stands in the queue twice now; whoever comes to it the second time finds it taken.
            _since[port] = (known.Timestamp, true);
            _queue.Writer.TryWrite((false, _number++, port));
        }
    }
}
