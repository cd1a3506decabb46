using System.Threading.Channels;

namespace Harbor.Node.Routes;

/// <summary>
/// Ports whose documents may be behind the table, each once however often it changed. Safe for use by several threads.
/// </summary>
internal sealed class DirtyPorts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _since = [];
    private readonly Dictionary<(string App, BackendAddress Address), RouteReason> _reasons = [];
    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>();

    public ChannelReader<string> Queue => _queue.Reader;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _since.Count;
            }
        }
    }

    /// <param name="ports">The ports that changed.</param>
    /// <param name="reasons">Why, by application and address.</param>
    /// <param name="timestamp">When the event came, by <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void Mark(IEnumerable<string> ports, IReadOnlyDictionary<(string App, BackendAddress Address), RouteReason> reasons, long timestamp)
    {
        lock (_gate)
        {
            if (_since.Count == 0)
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
                if (_since.TryAdd(port, timestamp))
                {
                    _queue.Writer.TryWrite(port);
                }
            }
        }
    }

    /// <summary>A port that was read from the queue is about to be looked at; what changes from now on queues it again.</summary>
    public long Take(string port)
    {
        lock (_gate)
        {
            return _since.Remove(port, out var timestamp) ? timestamp : 0;
        }
    }

    /// <summary>Puts a port back whose document could not be written.</summary>
    public void PutBack(string port, long timestamp)
    {
        lock (_gate)
        {
            if (_since.TryAdd(port, timestamp))
            {
                _queue.Writer.TryWrite(port);
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
}
