namespace Harbor.Proxy.DataPlane.Managed;

/// <summary>The sessions of one listener. Owns none: a session removes itself at its end. Safe for any number of threads.</summary>
internal sealed class SessionList<TSession>
    where TSession : class
{
    private readonly Lock _lock = new();
    private HashSet<TSession>? _sessions;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions?.Count ?? 0;
            }
        }
    }

    public void Add(TSession session)
    {
        lock (_lock)
        {
            (_sessions ??= []).Add(session);
        }
    }

    public void Remove(TSession session)
    {
        lock (_lock)
        {
            _sessions?.Remove(session);
        }
    }

    /// <summary>A copy, so that what is done to each may remove it.</summary>
    public IReadOnlyList<TSession> ToList()
    {
        lock (_lock)
        {
            return _sessions is { Count: > 0 } ? [.. _sessions] : [];
        }
    }
}
