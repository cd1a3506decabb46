namespace Harbor.Contracts.Ports;

/// <summary>
/// What a port's owner asked for beyond its number and protocol: the updatable parameters of the service broker.
/// A null means the protocol's default, so that one policy serves a port that carries both.
/// </summary>
public sealed record PortPolicy
{
    /// <summary>Null: round robin for TCP, first for UDP.</summary>
    public Balance? Balance { get; init; }

    public ProxyProtocol ProxyProtocol { get; init; } = ProxyProtocol.Off;

    /// <summary>CIDR networks whose clients may connect; empty lets all in. <see cref="Deny"/> wins.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>CIDR networks whose clients are refused.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Connections (TCP) or sessions (UDP) open at once on one worker, 1 to 1,000,000; 0 is the plan's limit.</summary>
    public int MaxConnections { get; init; }

    /// <summary>The same for one client address; 0 is the plan's limit.</summary>
    public int MaxConnectionsPerSource { get; init; }

    /// <summary>New connections (sessions) a second from one client address; 0 is no limit.</summary>
    public int ConnectionRatePerSource { get; init; }

    /// <summary>How long one backend may take to accept a connection, 50 to 60,000 ms.</summary>
    public int ConnectTimeoutMs { get; init; } = 5000;

    /// <summary>Silence in both directions after which a connection or session ends, 1 to 86,400 s; 0 is never. Null: 0 for TCP, 60 for UDP.</summary>
    public int? IdleTimeoutSeconds { get; init; }

    /// <summary>How long a new connection waits for a live backend where there is none, 0 to 60 s; 0 resets (TCP) or drops (UDP) at once.</summary>
    public int HoldSeconds { get; init; }
}
