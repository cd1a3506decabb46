using Harbor.State.Ports;

namespace Harbor.Proxy.Routing;

/// <summary>
/// One port: what is wanted of it, and what it is. What is wanted may change at any time and from any thread; what it is belongs to the one
/// who has <see cref="TryTake">taken</see> the route, so that a port's changes are applied in order and never two at once.
/// </summary>
internal sealed class PortRoute(int port, SharedPolicies policies)
{
    private readonly Lock _lock = new();
    private WantedPort? _wanted;
    private long _seenVersion;
    private long _wish;
    private bool _taken;
    private bool _relisten;
    private volatile PortServing _serving = PortServing.Closed;

    public int Port => port;

    /// <summary>Written only by the taker; read by everyone.</summary>
    public PortServing Serving
    {
        get => _serving;
        set => _serving = value;
    }

    public WantedPort? Wanted
    {
        get
        {
            lock (_lock)
            {
                return _wanted;
            }
        }
    }

    /// <summary>False where the document is not newer than what was seen.</summary>
    /// <param name="document">As stored, of any state.</param>
    /// <param name="unverified">Whether its backends may be long gone: nothing was heard of them since this process started.</param>
    public bool Want(PortDocument document, bool unverified)
    {
        lock (_lock)
        {
            if (document.Version <= _seenVersion)
            {
                return false;
            }

            // What is stored of a backend has changed, or it is new: somebody has heard of it since.
            var unheardOf = _wanted?.Backends.Where(backend => backend.Unverified).Select(backend => backend.Fingerprint).ToHashSet();
            _wanted = WantedPort.Of(document, backend => !unverified && unheardOf?.Contains(WantedBackend.FingerprintOf(backend)) != true, policies);
            _seenVersion = document.Version;
            _wish++;
            return true;
        }
    }

    /// <summary>The document is gone. Its version is kept: a late repetition of it is still old.</summary>
    public void WantNothing()
    {
        lock (_lock)
        {
            _wanted = null;
            _wish++;
        }
    }

    /// <summary>What is wanted stays; it is to be done again.</summary>
    public void WantAgain()
    {
        lock (_lock)
        {
            _wish++;
        }
    }

    /// <summary>Its listeners are to be closed first. False where it is not for that owner; a null is whoever, or whichever life of its id.</summary>
    public bool WantRelistened(string? serviceInstanceId, long? life)
    {
        lock (_lock)
        {
            if (_wanted is not { } wanted || (serviceInstanceId ?? wanted.ServiceInstanceId) != wanted.ServiceInstanceId || (life ?? wanted.Life) != wanted.Life)
            {
                return false;
            }

            _relisten = true;
            _wish++;
            return true;
        }
    }

    /// <summary>True for the one who now has to bring it about, and to <see cref="Take">take</see> and <see cref="TryRelease">release</see> until done.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (_taken)
            {
                return false;
            }

            return _taken = true;
        }
    }

    public Wish Take()
    {
        lock (_lock)
        {
            var wish = new Wish(_wish, _wanted is { State: PortState.Active } ? _wanted : null, _wanted, _relisten);
            _relisten = false;
            return wish;
        }
    }

    /// <summary>False where more was wanted meanwhile.</summary>
    public bool TryRelease(Wish done)
    {
        lock (_lock)
        {
            if (done.Number != _wish)
            {
                return false;
            }

            _taken = false;
            return true;
        }
    }

    /// <param name="Number">Which wish this is.</param>
    /// <param name="Active">What to serve; null is nothing.</param>
    /// <param name="Port">What is wanted of the port, of whatever state; null where nothing is stored of it.</param>
    /// <param name="Relisten">Close the listeners first.</param>
    internal sealed record Wish(long Number, WantedPort? Active, WantedPort? Port, bool Relisten);
}
