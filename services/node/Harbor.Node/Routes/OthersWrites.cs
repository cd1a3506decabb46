using Harbor.Node.Leases;
using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>
/// What other nodes write of the ports' backends: told to this node while anything moves between nodes, and left out while all is at rest, so that a change costs the node that writes it and no other.
/// Safe for use by several threads.
/// </summary>
/// <remarks>
/// At rest a node needs nothing of it. Its own entries are its own writes; another's stand in no rule of its own, but where an address goes from one node's DEA to another's, and then it is heard again before anything is
/// written. What is known of a port may be old, and a write that starts from that loses by its version, and starts again from what is stored.
/// </remarks>
internal sealed partial class OthersWrites(NodeViews views, PartitionShare share, RestTimes rest, TimeProvider time, ILogger<OthersWrites> logger)
{
    private readonly Lock _gate = new();

    // Null: left out.
    private volatile Task? _heard = views.Ports.ShowAllAsync();
    private long _movedAt = time.GetTimestamp();
    private long _restsSince;

    public bool AreLeftOut => _heard is null;

    /// <summary>Whether all that a look at a port depends on is known. False from when something moves until what was left out has been told.</summary>
    public bool AreKnown => _heard is not { IsCompletedSuccessfully: false };

    /// <summary>Waits until <see cref="AreKnown"/>.</summary>
    public Task KnownAsync(CancellationToken cancellationToken) => _heard?.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Something moves between nodes, or this one cannot be sure that nothing does.</summary>
    public void Hear()
    {
        lock (_gate)
        {
            _movedAt = time.GetTimestamp();
            if (_heard is null)
            {
                _heard = views.Ports.ShowAllAsync();
                Log.Heard(logger);
            }
        }
    }

    /// <summary>Nothing moves now; where nothing has for long enough, others' writes are left out. To be called again and again.</summary>
    public void Rest()
    {
        lock (_gate)
        {
            if (_heard is null)
            {
                if (time.GetElapsedTime(_restsSince) >= rest.Longest)
                {
                    Hear();
                }
            }
            else if (_heard.IsCompletedSuccessfully && time.GetElapsedTime(_movedAt) >= rest.After && views.Ports.LeaveOut(nameof(PortDocument.Backends)))
            {
                _heard = null;
                _restsSince = time.GetTimestamp();
                Log.LeftOut(logger);
            }
        }
    }

    /// <summary>Whether another node is likely to have changed the port since: then to read it costs less than a write that loses.</summary>
    public bool MayHaveChanged(PortDocument port) => AreLeftOut && port.Backends.Any(entry => !share.Owns(entry.DeaId));

    private static partial class Log
    {
        [LoggerMessage(2302, LogLevel.Debug, "What other nodes write of backends is left out from here on")]
        public static partial void LeftOut(ILogger logger);

        [LoggerMessage(2303, LogLevel.Debug, "What other nodes write of backends is heard from here on, since something moves between nodes or has to be read once more")]
        public static partial void Heard(ILogger logger);
    }
}
