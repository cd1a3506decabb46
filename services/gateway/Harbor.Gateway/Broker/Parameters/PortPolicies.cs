using Harbor.Contracts.Ports;
using Harbor.Gateway.Broker.Catalog;
using Harbor.State.Pools;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker.Parameters;

/// <summary>From what the platform asked for to what the port does: the rules that no schema can say, and the plan's limits.</summary>
internal static class PortPolicies
{
    /// <summary>The first fault; null where the parameters can be served. A plan that is gone from the catalog limits nothing.</summary>
    public static string? FaultOf(PortParameters parameters, PortProtocol protocol, PlanOptions? plan, PoolDocument? pool)
    {
        if (parameters.Port is { } port && pool is not null && (port < pool.FirstPort || port > pool.LastPort))
        {
            return $"port must be in the plan's range, {pool.FirstPort} to {pool.LastPort}.";
        }

        if (parameters.ProxyProtocol == ProxyProtocol.V1 && protocol != PortProtocol.Tcp)
        {
            return "proxy_protocol v1 is for TCP alone: use v2 where the port carries UDP.";
        }

        return NetworkFault("allow", parameters.Allow) ?? NetworkFault("deny", parameters.Deny)
            ?? LimitFault("max_connections", parameters.MaxConnections, plan?.MaxConnections ?? 0)
            ?? LimitFault("max_connections_per_source", parameters.MaxConnectionsPerSource, plan?.MaxConnectionsPerSource ?? 0);
    }

    public static PortPolicy Of(PortParameters parameters, PlanOptions? plan)
    {
        var defaults = new PortPolicy();
        return new PortPolicy
        {
            Balance = parameters.Balance,
            ProxyProtocol = parameters.ProxyProtocol ?? ProxyProtocol.Off,
            Allow = Canonical(parameters.Allow),
            Deny = Canonical(parameters.Deny),
            MaxConnections = parameters.MaxConnections is > 0 and { } all ? all : plan?.MaxConnections ?? 0,
            MaxConnectionsPerSource = parameters.MaxConnectionsPerSource is > 0 and { } each ? each : plan?.MaxConnectionsPerSource ?? 0,
            ConnectionRatePerSource = parameters.ConnectionRatePerSource ?? 0,
            ConnectTimeoutMs = parameters.ConnectTimeoutMs ?? defaults.ConnectTimeoutMs,
            IdleTimeoutSeconds = parameters.IdleTimeoutSeconds,
            HoldSeconds = parameters.HoldSeconds ?? 0,
        };
    }

    private static string[] Canonical(IReadOnlyList<string>? networks)
        => networks is null ? [] : [.. networks.Select(network => Networks.Canonical(network) ?? throw new InvalidOperationException("A network that was not checked."))];

    private static string? NetworkFault(string name, IReadOnlyList<string>? networks)
        => networks?.FirstOrDefault(network => Networks.Canonical(network) is null) is { } bad ? $"{name}: '{bad}' is not a network such as 10.0.0.0/8 or 2001:db8::/32." : null;

    private static string? LimitFault(string name, int? wanted, int limit)
        => limit > 0 && wanted > limit ? $"{name} must not be above the plan's limit, {limit}." : null;
}
