using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Contracts.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker.Parameters;

/// <summary>Makes parameters of what the platform sent. Outcomes are values: the parameters, or the fault in words.</summary>
internal static class ParameterReader
{
    public static (PortParameters? Parameters, string? Fault) Read(JsonObject schema, JsonElement? value)
    {
        if (value is not { } given || given.ValueKind is JsonValueKind.Null)
        {
            return (new PortParameters(), null);
        }

        if (SchemaCheck.FaultOf(schema, given) is { } fault)
        {
            return (null, fault);
        }

        var plain = new JsonObject(given.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, Plain(property.Value))));
        return (plain.Deserialize(ServicesJson.Default.PortParameters), null);
    }

    /// <summary>The stored parameters with those that an update names put over them.</summary>
    public static PortParameters Merge(PortParameters stored, PortParameters update) => stored with
    {
        Balance = update.Balance ?? stored.Balance,
        ProxyProtocol = update.ProxyProtocol ?? stored.ProxyProtocol,
        Allow = update.Allow ?? stored.Allow,
        Deny = update.Deny ?? stored.Deny,
        MaxConnections = update.MaxConnections ?? stored.MaxConnections,
        MaxConnectionsPerSource = update.MaxConnectionsPerSource ?? stored.MaxConnectionsPerSource,
        ConnectionRatePerSource = update.ConnectionRatePerSource ?? stored.ConnectionRatePerSource,
        ConnectTimeoutMs = update.ConnectTimeoutMs ?? stored.ConnectTimeoutMs,
        IdleTimeoutSeconds = update.IdleTimeoutSeconds ?? stored.IdleTimeoutSeconds,
        HoldSeconds = update.HoldSeconds ?? stored.HoldSeconds,
    };

    /// <summary>Whether both ask for the same; key order and spelling of numbers are gone by now.</summary>
    public static bool Same(PortParameters one, PortParameters other) => TextOf(one) == TextOf(other);

    /// <summary>The value with its number, where it is one, spelt the one way that the serializer takes.</summary>
    private static JsonNode? Plain(JsonElement value) => JsonNumbers.TryGetInteger(value, out var number) ? JsonValue.Create(number) : JsonNode.Parse(value.GetRawText());

    public static string TextOf(PortParameters parameters) => JsonSerializer.Serialize(parameters, ServicesJson.Default.PortParameters);

    /// <summary>What a port carries where the platform did not say: by the instance's name, as the original Harbor had it.</summary>
    public static PortProtocol ProtocolByName(string? instanceName)
    {
        var name = instanceName ?? "";
        return name.StartsWith("udp", StringComparison.OrdinalIgnoreCase) ? PortProtocol.Udp
            : name.StartsWith("both-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("multi-", StringComparison.OrdinalIgnoreCase) ? PortProtocol.Both
            : PortProtocol.Tcp;
    }
}
