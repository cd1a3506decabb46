using System.Collections.Immutable;
using System.Net;

namespace Harbor.Proxy.DataPlane;

/// <summary>The rules of one transport of a port. Every rule may change under traffic; it then holds for new connections, and timeouts for all.</summary>
public sealed record RelayPolicy
{
    public static RelayPolicy DefaultTcp { get; } = new();

    public static RelayPolicy DefaultUdp { get; } = new() { Balance = BalanceMode.First, IdleTimeout = TimeSpan.FromSeconds(60) };

    public BalanceMode Balance { get; init; } = BalanceMode.RoundRobin;

    public ProxyHeader ProxyHeader { get; init; } = ProxyHeader.None;

    /// <summary>Clients that may come; empty lets all in.</summary>
    public ImmutableArray<IPNetwork> Allow { get; init; } = [];

    /// <summary>Clients that are refused; wins over <see cref="Allow"/>.</summary>
    public ImmutableArray<IPNetwork> Deny { get; init; } = [];

    /// <summary>Connections or sessions at once; 0 is no limit.</summary>
    public int MaxConnections { get; init; }

    /// <summary>The same for one source: an IPv4 address, or an IPv6 network (<see cref="RelayOptions.SourcePrefixIPv6"/>).</summary>
    public int MaxConnectionsPerSource { get; init; }

    /// <summary>New connections or sessions a second from one source; 0 is no limit.</summary>
    public int ConnectionRatePerSource { get; init; }

    /// <summary>How long one backend may take to accept a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence both ways after which a connection or session ends; zero is never (TCP then relies on keepalive).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>How long a new connection (first datagram) waits where there is no live backend; zero resets (drops) at once.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.Zero;

    /// <summary>By value, the lists too: a policy that was read anew and says the same is the same.</summary>
    public bool Equals(RelayPolicy? other) => other is not null
        && Balance == other.Balance
        && ProxyHeader == other.ProxyHeader
        && Allow.AsSpan().SequenceEqual(other.Allow.AsSpan())
        && Deny.AsSpan().SequenceEqual(other.Deny.AsSpan())
        && MaxConnections == other.MaxConnections
        && MaxConnectionsPerSource == other.MaxConnectionsPerSource
        && ConnectionRatePerSource == other.ConnectionRatePerSource
        && ConnectTimeout == other.ConnectTimeout
        && IdleTimeout == other.IdleTimeout
        && Hold == other.Hold;

    public override int GetHashCode() => HashCode.Combine(Balance, ProxyHeader, MaxConnections, MaxConnectionsPerSource, ConnectionRatePerSource, ConnectTimeout, IdleTimeout, Hold);
}
