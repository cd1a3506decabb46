using System.Threading.Channels;

namespace Harbor.Node.Routes;

/// <summary>
/// Ports whose documents may be behind the table, each once however often it changed; those that an address leaves come first, since until then its clients
/// may meet another application there. Safe for use by several threads.
/// </summary>
/// <remarks>
/// In a storm (<see cref="Storm"/>) a port that changed again while it waited is likely to change once more: a DEA's heartbeat brings one instance of an application that
/// runs on twenty. It waits until it has settled, since each write of it before would only put off the others'.
/// </remarks>
internal sealed class DirtyPorts(TimeProvider time)
{
    /// <summary>With more ports than this waiting the store is what is slow: some tenths of a second of writing.</summary>
    public const int Storm = 256;

    /// <summary>Reasons are only for the log: a node that is behind for long may lose some rather than hold them all.</summary>
    private const int MaxReasons = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _since = [];
    private readonly Dictionary<string, long> _deferred = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<(string App, BackendAddress Address), RouteReason> _reasons = [];
    private readonly Channel<(bool Later, long Number, string Port)> _queue = Channel.CreateUnboundedPrioritized<(bool, long, string)>();
    private long _number;

    /// <summary>How long a port must not have changed to have settled: as long as the DEAs' heartbeats of one start or return come apart.</summary>
    public static TimeSpan Settling { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>One that never settles is written all the same.</summary>
    public static TimeSpan LongestSettling { get; } = TimeSpan.FromSeconds(4);

    /// <summary>Ports to <see cref="TryTake"/>.</summary>
    public ChannelReader<(bool Later, long Number, string Port)> Queue => _queue.Reader;

    /// <summary>See the remarks of the class.</summary>
    public bool IsStorm
    {
        get
        {
            lock (_gate)
            {
                return _since.Count > Storm;
            }
        }
    }

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
    /// look at one port at a time would only lose against each other, and the slower one's knowledge would be the older. False too where it has to settle: then it stands in the
    /// queue again, behind the others. True obliges to <see cref="Finish"/>.
    /// </summary>
    public bool TryTake(string port, out long timestamp)
    {
        lock (_gate)
        {
            timestamp = 0;
            if (_taken.Contains(port) || !_since.TryGetValue(port, out var marked))
            {
                return false;
            }

            if (HasToSettle(marked))
            {
                _queue.Writer.TryWrite((true, _number++, port));
                return false;
            }

            _since.Remove(port);
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

    private bool HasToSettle(in Waiting marked)
        => _since.Count > Storm && !marked.Leaving && marked.Latest > marked.Timestamp
           && time.GetElapsedTime(marked.Latest) < Settling && time.GetElapsedTime(marked.Timestamp) < LongestSettling;

    private void Add(string port, bool leaving, long timestamp)
    {
        if (_since.TryAdd(port, new(timestamp, timestamp, leaving)))
        {
            _queue.Writer.TryWrite((!leaving, _number++, port));
            return;
        }

        var known = _since[port];
        _since[port] = known with { Latest = Math.Max(known.Latest, timestamp), Leaving = known.Leaving || leaving };
        if (leaving && !known.Leaving)
        {
            // It stands in the queue twice now; whoever comes to it the second time finds it taken.
            _queue.Writer.TryWrite((false, _number++, port));
        }
    }

    /// <param name="Timestamp">When the first event came that changed it since it was last looked at.</param>
    /// <param name="Latest">When the last one came.</param>
    /// <param name="Leaving">An address leaves it.</param>
    private readonly record struct Waiting(long Timestamp, long Latest, bool Leaving);
}
