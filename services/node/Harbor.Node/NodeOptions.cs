using System.ComponentModel.DataAnnotations;

namespace Harbor.Node;

/// <summary>What an operator may choose about the node.</summary>
internal sealed class NodeOptions
{
    public const string Section = "Harbor:Node";

    /// <summary>Where health and metrics are served. Default <c>http://127.0.0.1:8081</c>: this machine alone.</summary>
    [Required]
    public string Url { get; set; } = "http://127.0.0.1:8081";

    /// <summary>
    /// What the node is called among nodes; two must not have the same. Default machine name and port of <see cref="Url"/>: the same again after a restart, so that
    /// it goes on with its share of the DEAs at once.
    /// </summary>
    public string? NodeId { get; set; }

    /// <summary>The networks (CIDR) whose addresses may be backends. Default none, which means all but loopback, link-local and multicast: a DEA's address is a machine's.</summary>
    public IReadOnlyList<string> BackendNetworks { get; set; } = [];

    /// <summary>Whether loopback addresses may be backends too. Default false: on an edge they would be the edge's own services. <c>standalone</c>, where DEAs are played on one machine, sets it.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>How often the DEAs send heartbeats. Default 10 s, the platform's; after three of these without one a DEA is taken for gone.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether an application's main port serves its only binding where its DEA names no ports. Default true: unmodified DEAs name none.</summary>
    public bool UseMainPort { get; set; } = true;
}
