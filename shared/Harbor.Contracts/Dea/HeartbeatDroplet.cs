using System.Text.Json.Serialization;

namespace Harbor.Contracts.Dea;

/// <summary>One application instance in a heartbeat.</summary>
public sealed record HeartbeatDroplet
{
    [JsonPropertyName("cc_partition")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CcPartition { get; init; }

    /// <summary>The application's guid.</summary>
    [JsonPropertyName("droplet")]
    public required string Droplet { get; init; }

    [JsonPropertyName("version")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Version { get; init; }

    [JsonPropertyName("instance")]
    public required string Instance { get; init; }

    [JsonPropertyName("index")]
    public required int Index { get; init; }

    /// <summary><c>STARTING</c>, <c>RUNNING</c>, <c>CRASHED</c> or <c>EVACUATING</c>.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>Seconds since 1970 when the state began.</summary>
    [JsonPropertyName("state_timestamp")]
    public required double StateTimestamp { get; init; }

    /// <summary>Harbor's addition: where the instance is reached.</summary>
    [JsonPropertyName("host")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>Harbor's addition: all ports of the container that are reachable from outside. Null: this DEA does not say.</summary>
    [JsonPropertyName("ports")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InstancePort>? Ports { get; init; }
}
