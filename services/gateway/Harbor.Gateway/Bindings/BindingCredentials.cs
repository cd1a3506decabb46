using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Contracts.Credentials;
using Harbor.Contracts.Ports;
using Harbor.State.Pools;
using Harbor.State.Services;

namespace Harbor.Gateway.Bindings;

/// <summary>What a binding shows: computed from the pool at that moment, so that a changed address shows at once.</summary>
internal static class BindingCredentials
{
    public static JsonObject Show(ServiceInstanceDocument instance, BindingDocument binding, PoolDocument pool)
    {
        var credentials = Of(instance, binding, pool);

        // Every host that the credentials name: the application may use any of them, and a platform may open its firewall to these alone.
        var hosts = new[] { credentials.ExtHostname, credentials.ExtHost, credentials.Hostname, credentials.Host }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase);
        var endpoints = hosts.Select(host => (JsonNode)new JsonObject
        {
            ["host"] = host,
            ["ports"] = new JsonArray(credentials.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ["protocol"] = credentials.Protocol,
        });
        return new JsonObject
        {
            ["credentials"] = JsonSerializer.SerializeToNode(credentials, CredentialsJson.Default.PortCredentials),
            ["endpoints"] = new JsonArray([.. endpoints]),
        };
    }

    public static PortCredentials Of(ServiceInstanceDocument instance, BindingDocument binding, PoolDocument pool)
    {
        var port = instance.Port ?? throw new InvalidOperationException("Only an active instance, which has its port, is bound.");
        var hostname = Given(pool.Hostname) ?? pool.Host;
        var shown = Given(pool.HostnameExternal) ?? Given(pool.HostExternal) ?? hostname;
        return new PortCredentials
        {
            Hostname = hostname,
            Host = pool.Host,
            Port = port,
            Name = instance.Id,
            NodeId = NodeOf(pool.Id),
            Protocol = instance.Protocol switch { PortProtocol.Udp => "udp", PortProtocol.Both => "all", _ => "tcp" },
            IntPort = binding.IntPort,
            ExtHostname = Given(pool.HostnameExternal),
            ExtHost = Given(pool.HostExternal),
            Uri = $"{(instance.Protocol == PortProtocol.Udp ? "udp" : "tcp")}://{(shown.Contains(':', StringComparison.Ordinal) ? $"[{shown}]" : shown)}:{port}",
        };
    }

    /// <summary>The name by which applications of the original Harbor knew the node: it had one, of the one pool.</summary>
    private static string NodeOf(string pool) => pool == PoolDocument.DefaultName ? "harbor_node_1" : $"harbor_node_{pool}";

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
