using System.Text.Json.Serialization;

namespace Harbor.Contracts.Credentials;

/// <summary>What a binding gives the application, as VCAP_SERVICES shows it. Names and shapes are those of the original Harbor; absent rather than null.</summary>
public sealed record PortCredentials
{
    [JsonPropertyName("hostname")]
    public required string Hostname { get; init; }

    [JsonPropertyName("host")]
    public required string Host { get; init; }

    /// <summary>The external port.</summary>
    [JsonPropertyName("port")]
    public required int Port { get; init; }

    /// <summary>The service instance's id.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Names the pool: <c>harbor_node_1</c> for the default one.</summary>
    [JsonPropertyName("node_id")]
    public required string NodeId { get; init; }

    /// <summary><c>tcp</c>, <c>udp</c> or <c>all</c>.</summary>
    [JsonPropertyName("protocol")]
    public required string Protocol { get; init; }

    /// <summary>Where the application must listen inside its container; absent for service keys.</summary>
    [JsonPropertyName("int_port")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? IntPort { get; init; }

    [JsonPropertyName("ext_hostname")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExtHostname { get; init; }

    [JsonPropertyName("ext_host")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExtHost { get; init; }

    [JsonPropertyName("uri")]
    public required string Uri { get; init; }
}
