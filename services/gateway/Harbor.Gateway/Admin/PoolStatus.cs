using Harbor.Gateway.Pools;

namespace Harbor.Gateway.Admin;

/// <summary>A pool of external ports.</summary>
internal sealed record PoolStatus(
    string Name,
    PortRange PortRange,
    string Host,
    string? Hostname,
    string? HostExternal,
    string? HostnameExternal,
    double QuarantineSeconds,
    int PortsInUse,
    IReadOnlyList<int>? PortsOutsideRange);
