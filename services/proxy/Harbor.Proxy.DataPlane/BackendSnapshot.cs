using System.Net;

namespace Harbor.Proxy.DataPlane;

/// <summary>One address that takes a port's traffic. Two snapshots mean the same backend if their <see cref="Address"/> and <see cref="Identity"/> are equal.</summary>
public sealed record BackendSnapshot
{
    public required IPEndPoint Address { get; init; }

    /// <summary>
    /// Whose process it is (application and instance). When an address stays and its identity changes, the old backend is gone and its
    /// connections are reset: another process answers there now.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>Keeps its connections and sessions, and gets new ones only while there is no live backend.</summary>
    public bool Draining { get; init; }

    /// <summary>
    /// Learned before this process started, and not heard of since: gets no traffic until a TCP connect to it has succeeded (or, on a
    /// port without TCP, until one was not refused). New connections wait for that check as long as the connect timeout.
    /// </summary>
    public bool Unverified { get; init; }
}
