using System.Net;
using Harbor.DeaSimulator.Instances;

namespace Harbor.DeaSimulator.Deas;

/// <summary>How a simulated DEA behaves.</summary>
internal sealed record DeaOptions
{
    /// <summary>The address that its instances listen on and that it tells. Default: loopback.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public int FirstHostPort { get; init; } = HostPorts.DefaultFirst;

    public int LastHostPort { get; init; } = HostPorts.DefaultLast;

    /// <summary>Time between heartbeats. Default 10 s, as DEAs have it.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between registrations, where it registers. Default 20 s, as DEAs have it.</summary>
    public TimeSpan RegisterInterval { get; init; } = TimeSpan.FromSeconds(20);

    public AnnounceMode Announce { get; init; } = AnnounceMode.Heartbeat;
}
