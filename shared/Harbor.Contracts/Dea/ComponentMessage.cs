using System.Text.Json.Serialization;

namespace Harbor.Contracts.Dea;

/// <summary><c>vcap.component.announce</c>, and the reply to <c>vcap.component.discover</c>.</summary>
public sealed record ComponentMessage
{
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    [JsonPropertyName("index")]
    public int? Index { get; init; }

    [JsonPropertyName("uuid")]
    public required string Uuid { get; init; }

    /// <summary>Address and port of its health and metrics.</summary>
    [JsonPropertyName("host")]
    public required string Host { get; init; }

    /// <summary>As the platform writes it: <c>2014-06-13 11:40:02 +0000</c>.</summary>
    [JsonPropertyName("start")]
    public required string Start { get; init; }

    /// <summary>As the platform writes it: <c>0d:2h:7m:44s</c>.</summary>
    [JsonPropertyName("uptime")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Uptime { get; init; }
}
