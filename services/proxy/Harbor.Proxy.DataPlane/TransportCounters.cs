using System.Collections.Immutable;

namespace Harbor.Proxy.DataPlane;

/// <summary>What one transport of a port has done since it was opened. A consistent enough copy: each number is exact, taken within a moment.</summary>
public sealed record TransportCounters
{
    /// <summary>Connections or sessions that were admitted.</summary>
    public long Accepted { get; init; }

    /// <summary>Those open now.</summary>
    public long Active { get; init; }

    /// <summary>Those that were refused, by why.</summary>
    public ImmutableDictionary<RefusalReason, long> Refused { get; init; } = ImmutableDictionary<RefusalReason, long>.Empty;

    /// <summary>Those that ended, by why.</summary>
    public ImmutableDictionary<EndReason, long> Ended { get; init; } = ImmutableDictionary<EndReason, long>.Empty;

    /// <summary>From clients.</summary>
    public long BytesIn { get; init; }

    /// <summary>To clients.</summary>
    public long BytesOut { get; init; }

    /// <summary>UDP: from clients.</summary>
    public long DatagramsIn { get; init; }

    /// <summary>UDP: to clients.</summary>
    public long DatagramsOut { get; init; }

    /// <summary>UDP: from either side, and not passed on.</summary>
    public long DatagramsDropped { get; init; }

    /// <summary>Attempts to connect to a backend that failed.</summary>
    public long ConnectFailures { get; init; }
}
