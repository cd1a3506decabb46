using System.Text.Json.Nodes;

namespace Harbor.Gateway.Broker.Parameters;

/// <summary>
/// The parameters that platforms may send, as JSON Schema draft-04: what the catalog publishes is what <see cref="SchemaCheck"/> enforces.
/// Draft-04, because it is the only version that every platform takes.
/// </summary>
internal static class ParameterSchemas
{
    private const string Text = """
        {
          "$schema": "http://json-schema.org/draft-04/schema#",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "protocol": { "type": "string", "enum": ["tcp", "udp", "both"], "description": "What the port carries. Default: by the instance's name, udp... and both-... or multi-..., else tcp." },
            "port": { "type": "integer", "minimum": 1, "maximum": 65535, "description": "A wanted port of the plan's range. Default: a random free one." },
            "balance": { "type": "string", "enum": ["round_robin", "least_connections", "random", "source_hash", "first"], "description": "How an instance is picked for a new connection. Default: round_robin for TCP, first for UDP." },
            "proxy_protocol": { "type": "string", "enum": ["off", "v1", "v2"], "description": "The PROXY protocol header sent to the application; UDP knows v2 alone. Default: off." },
            "allow": { "type": "array", "maxItems": 1000, "items": { "type": "string", "minLength": 2, "maxLength": 64 }, "description": "Networks (CIDR) whose clients may connect. Default: all." },
            "deny": { "type": "array", "maxItems": 1000, "items": { "type": "string", "minLength": 2, "maxLength": 64 }, "description": "Networks (CIDR) whose clients are refused; wins over allow." },
            "max_connections": { "type": "integer", "minimum": 0, "maximum": 1000000, "description": "Connections (UDP: sessions) open at once; 0 is the plan's limit." },
            "max_connections_per_source": { "type": "integer", "minimum": 0, "maximum": 1000000, "description": "The same for one client address; 0 is the plan's limit." },
            "connection_rate_per_source": { "type": "integer", "minimum": 0, "maximum": 1000000, "description": "New connections (sessions) a second from one client address; 0 is no limit." },
            "connect_timeout_ms": { "type": "integer", "minimum": 50, "maximum": 60000, "description": "How long an instance may take to accept a connection. Default: 5000." },
            "idle_timeout_seconds": { "type": "integer", "minimum": 0, "maximum": 86400, "description": "Silence after which a connection or session ends; 0 is never. Default: 0 for TCP, 60 for UDP." },
            "hold_seconds": { "type": "integer", "minimum": 0, "maximum": 60, "description": "How long a new connection waits for a live instance where there is none. Default: 0." }
          }
        }
        """;

    public static JsonObject Provision { get; } = JsonNode.Parse(Text)!.AsObject();

    /// <summary>The same without what cannot change.</summary>
    public static JsonObject Update { get; } = Without(Provision, "protocol", "port");

    /// <summary>A binding takes no parameters.</summary>
    public static JsonObject Bind { get; } = Without(Provision, [.. Provision["properties"]!.AsObject().Select(property => property.Key)]);

    private static JsonObject Without(JsonObject schema, params IEnumerable<string> properties)
    {
        var copy = schema.DeepClone().AsObject();
        foreach (var property in properties)
        {
            copy["properties"]!.AsObject().Remove(property);
        }

        return copy;
    }
}
