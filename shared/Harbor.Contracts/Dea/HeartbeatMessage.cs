using System.Text.Json.Serialization;

namespace Harbor.Contracts.Dea;

/// <summary><c>dea.heartbeat</c>: what a DEA holds, every 10 s and whenever something changed. For writers; readers must take every era's shape.</summary>
public sealed record HeartbeatMessage
{
    [JsonPropertyName("droplets")]
    public required IReadOnlyList<HeartbeatDroplet> Droplets { get; init; }

    [JsonPropertyName("dea")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dea { get; init; }

    /// <summary>Harbor's addition: the address of entries without one of their own.</summary>
    [JsonPropertyName("ip")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ip { get; init; }
}
