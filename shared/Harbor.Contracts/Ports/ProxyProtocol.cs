using System.Text.Json.Serialization;

namespace Harbor.Contracts.Ports;

/// <summary>The PROXY protocol header that a backend gets before the client's bytes. On UDP only <see cref="V2"/>, on a session's first datagram.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProxyProtocol>))]
public enum ProxyProtocol
{
    [JsonStringEnumMemberName("off")]
    Off,

    [JsonStringEnumMemberName("v1")]
    V1,

    [JsonStringEnumMemberName("v2")]
    V2,
}
