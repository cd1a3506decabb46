using System.Net;
using Harbor.Proxy.DataPlane;
using Harbor.State.Ports;

namespace Harbor.Proxy.Routing;

/// <summary>An application instance that is to take a port's traffic: of what is stored of it, that which a worker goes by.</summary>
internal readonly record struct WantedBackend
{
    /// <summary>An IP address, or a name.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string AppGuid { get; init; }

    public required bool Draining { get; init; }

    /// <summary>It may be long gone, and must prove itself before it gets traffic: nothing was heard of it since this process started.</summary>
    public required bool Unverified { get; init; }

    /// <summary>When its process was first learned of.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>
    /// Of all that is stored of it, also what is not kept here. Two that are alike by chance leave a backend unverified that somebody has heard of: it is asked, and no more.
    /// </summary>
    public required int Fingerprint { get; init; }

    public static WantedBackend Of(BackendEntry stored, bool unverified) => new()
    {
        Host = stored.Host,
        Port = stored.Port,
        AppGuid = stored.AppGuid,
        Draining = stored.Draining,
        Unverified = unverified,
        Since = stored.Since,
        Fingerprint = FingerprintOf(stored),
    };

    public static int FingerprintOf(BackendEntry stored) => stored.GetHashCode();

    public BackendSnapshot ToSnapshot(IPEndPoint address) => new()
    {
        Address = address,
        // Not by instance: a DEA gives a process that lives on another instance id when its application is updated, and its clients stay. Since tells
        // a new process at the old address.
        Identity = $"{AppGuid}/{Since.UtcTicks}",
        Draining = Draining,
        Unverified = Unverified,
    };
}
