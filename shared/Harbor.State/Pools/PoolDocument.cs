using Harbor.State.Documents;

namespace Harbor.State.Pools;

/// <summary>A range of external ports, and the addresses under which they are reached. Its id is the pool's name. Written by the gateway alone.</summary>
public sealed record PoolDocument : Document
{
    public const string DefaultName = "default";

    public static readonly TimeSpan DefaultQuarantine = TimeSpan.FromSeconds(60);

    /// <summary>A longer one is taken for a mistake in the unit.</summary>
    public static readonly TimeSpan LongestQuarantine = TimeSpan.FromDays(1);

    public required int FirstPort { get; init; }

    /// <summary>Inclusive.</summary>
    public required int LastPort { get; init; }

    /// <summary>The internal address of the pool's edge.</summary>
    public required string Host { get; init; }

    public string? Hostname { get; init; }

    public string? HostExternal { get; init; }

    public string? HostnameExternal { get; init; }

    /// <summary>How long a released port is kept from other instances.</summary>
    public TimeSpan Quarantine { get; init; } = DefaultQuarantine;
}
