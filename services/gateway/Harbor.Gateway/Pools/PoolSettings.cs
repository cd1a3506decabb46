using Harbor.State.Pools;

namespace Harbor.Gateway.Pools;

/// <summary>What a pool is created with: <c>Harbor:Pools:&lt;name&gt;</c>. Changes of a pool that exists go through the admin API.</summary>
public sealed class PoolSettings
{
    /// <summary>First and last external port. Default 35000-40000, as the original Harbor had it.</summary>
    public string PortRange { get; set; } = "35000-40000";

    /// <summary>The internal address of the pool's edge. Default: the machine's first address that is not loopback.</summary>
    public string? Host { get; set; }

    /// <summary>A name for <see cref="Host"/>. Default none.</summary>
    public string? Hostname { get; set; }

    /// <summary>The address by which clients outside reach the edge. Default none.</summary>
    public string? HostExternal { get; set; }

    /// <summary>A name for <see cref="HostExternal"/>. Default none.</summary>
    public string? HostnameExternal { get; set; }

    /// <summary>
    /// How long a released port is kept from other instances, so that clients of the old one do not reach the new. Default 1 min: what
    /// resolvers and reconnecting clients commonly remember. A pool that gives out ports faster than its size a quarantine runs out of them.
    /// </summary>
    public TimeSpan Quarantine { get; set; } = PoolDocument.DefaultQuarantine;
}
