using System.Text.Json.Serialization;
using Harbor.Contracts.Ports;

namespace Harbor.State.Services;

/// <summary>
/// The parameters of a service instance as the platform gave them, in its spelling; what was not given is null. Kept apart from the
/// <see cref="PortPolicy"/> made of them, because a fetch shows what was asked for, and because a repeated request is compared with them.
/// </summary>
public sealed record PortParameters
{
    [JsonPropertyName("protocol")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PortProtocol? Protocol { get; init; }

    [JsonPropertyName("port")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Port { get; init; }

    [JsonPropertyName("balance")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Balance? Balance { get; init; }

    [JsonPropertyName("proxy_protocol")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProxyProtocol? ProxyProtocol { get; init; }

    [JsonPropertyName("allow")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Allow { get; init; }

    [JsonPropertyName("deny")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Deny { get; init; }

    [JsonPropertyName("max_connections")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxConnections { get; init; }

    [JsonPropertyName("max_connections_per_source")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxConnectionsPerSource { get; init; }

    [JsonPropertyName("connection_rate_per_source")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ConnectionRatePerSource { get; init; }

    [JsonPropertyName("connect_timeout_ms")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ConnectTimeoutMs { get; init; }

    [JsonPropertyName("idle_timeout_seconds")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? IdleTimeoutSeconds { get; init; }

    [JsonPropertyName("hold_seconds")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? HoldSeconds { get; init; }
}
