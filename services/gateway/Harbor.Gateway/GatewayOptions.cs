using System.ComponentModel.DataAnnotations;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Users;

namespace Harbor.Gateway;

/// <summary>The gateway: who may use it, what it offers, and its limits.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Harbor:Gateway";

    /// <summary>Where it listens. The default is loopback: an address that others reach is a decision.</summary>
    [Required]
    public string Url { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Users of the broker and the admin API. Default none, and then none can come in.</summary>
    public IReadOnlyList<UserOptions> Users { get; set; } = [];

    /// <summary>The plans on offer. Default one, <c>free</c>, on the pool <c>default</c>; it is there unless a plan configured here is on that pool.</summary>
    public IReadOnlyList<PlanOptions> Plans { get; set; } = [];

    public BrokerOptions Broker { get; set; } = new();
}
