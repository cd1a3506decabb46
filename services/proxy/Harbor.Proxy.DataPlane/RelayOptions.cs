using System.Net;

namespace Harbor.Proxy.DataPlane;

/// <summary>What holds for all ports of an engine.</summary>
public sealed record RelayOptions
{
    /// <summary>Where ports are opened. Default <c>::</c>, dual stack; where the machine has no IPv6, <c>0.0.0.0</c> is used instead.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.IPv6Any;

    /// <summary>Which engine. Default: <see cref="RelayEngineKind.Auto"/>.</summary>
    public RelayEngineKind Engine { get; init; } = RelayEngineKind.Auto;

    /// <summary>Event loops of the Linux engine. Default 0: one for each processor.</summary>
    public int Loops { get; init; }

    /// <summary>Length of a listener's queue of connections not yet accepted. Default 4096, as the kernel's own cap (<c>somaxconn</c>) has it.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Connections of all ports together. Default 0: as the process's limit of descriptors allows.</summary>
    public int MaxConnections { get; init; }

    /// <summary>UDP sessions of all ports together. Default 0: as the process's limit of descriptors allows.</summary>
    public int MaxSessions { get; init; }

    /// <summary>Connections that wait for a backend on one port (see <see cref="RelayPolicy.Hold"/>). Default 1024.</summary>
    public int MaxHeldPerPort { get; init; } = 1024;

    /// <summary>
    /// How much of a client's IPv6 address is its source, for caps and rates of each source. Default 64: the smallest network that a client is given, of which it
    /// may use any address. IPv4 addresses count whole.
    /// </summary>
    public int SourcePrefixIPv6 { get; init; } = 64;

    /// <summary>
    /// A port range that sockets towards backends must not take a local port from: the pools' own ranges. Default none. Needs Linux 6.3; on
    /// others the operator reserves the range (see the README).
    /// </summary>
    public (int First, int Last)? ReservedRange { get; init; }

    /// <summary>
    /// Silence after which a connection ends that one side has closed and the other has not. Default 5 minutes: long enough for a server that
    /// works on a request whose sender has finished, short enough that a peer that never closes does not pile up connections.
    /// </summary>
    public TimeSpan HalfCloseTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a reply may exceed a request in bytes before a client has sent three datagrams. Default 200; 0 is no limit.</summary>
    public int UdpAmplificationLimit { get; init; } = 200;
}
