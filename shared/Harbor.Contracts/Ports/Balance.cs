using System.Text.Json.Serialization;

namespace Harbor.Contracts.Ports;

/// <summary>How a backend is picked for a new connection or UDP session.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Balance>))]
public enum Balance
{
    [JsonStringEnumMemberName("round_robin")]
    RoundRobin,

    [JsonStringEnumMemberName("least_connections")]
    LeastConnections,

    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>By client address, consistent: adding a backend moves about 1/n of the clients. The same for TCP and UDP of one port.</summary>
    [JsonStringEnumMemberName("source_hash")]
    SourceHash,

    /// <summary>The backend that has been there longest; the others stand by.</summary>
    [JsonStringEnumMemberName("first")]
    First,
}
