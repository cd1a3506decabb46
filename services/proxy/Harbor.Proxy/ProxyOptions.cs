using System.ComponentModel.DataAnnotations;
using Harbor.Proxy.DataPlane;
using Harbor.State.Pools;

namespace Harbor.Proxy;

/// <summary>A proxy worker: what it serves, and where.</summary>
public sealed class ProxyOptions
{
    public const string Section = "Harbor:Proxy";

    /// <summary>The pool whose ports it serves; every worker of a pool serves all of them. Default <c>default</c>: the only one in most installations.</summary>
    [Required]
    public string Pool { get; set; } = PoolDocument.DefaultName;

    /// <summary>Its name among the workers, kept across restarts. Default: the machine's name, since one worker a machine is the rule.</summary>
    [Required]
    [StringLength(255, MinimumLength = 1)]
    public string WorkerId { get; set; } = Environment.MachineName;

    /// <summary>The IP address that ports are opened on. Default <c>::</c>, which takes IPv4 too: clients come by both.</summary>
    [Required]
    public string ListenAddress { get; set; } = "::";

    /// <summary>Which relay engine. Default <c>Auto</c>: the Linux one on Linux, the portable one elsewhere.</summary>
    public RelayEngineKind Engine { get; set; } = RelayEngineKind.Auto;

    /// <summary>
    /// How many bits of an IPv6 client's address make its source, for the limits of each source. Default 64: who is given a network may use any address in it.
    /// 56 or 48 where clients are known to hold more than one network.
    /// </summary>
    [Range(1, 128)]
    public int SourcePrefixIPv6 { get; set; } = 64;

    /// <summary>
    /// How long connections may go on once the worker has been told to stop, before they are reset: half of the time undisturbed, and one by one during
    /// the other half. Default 10 s: enough for requests under way, and well under the time after which supervisors kill.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the worker counts as alive after it last said so. Default 10 s: provisions wait no longer than that for one that died.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:05:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it says so. Default 2 s: four tries may fail before the lease runs out.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan LeaseRenewal { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often ports that could not be opened are tried again, and names of backends are looked at. Default 5 s: soon enough for an operator who has just stopped the process in the way.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long before the end of a released port's quarantine the worker looks whether clients still send to it. Default 30 s, half of the usual quarantine: a client that
    /// tries again every half a minute is seen.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan QuarantineWatch { get; set; } = TimeSpan.FromSeconds(30);
}
