using System.Text.Json.Serialization;

namespace Harbor.Contracts.Ports;

/// <summary>What an external port carries. <see cref="Both"/> is one number, open for TCP and for UDP.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PortProtocol>))]
public enum PortProtocol
{
    [JsonStringEnumMemberName("tcp")]
    Tcp,

    [JsonStringEnumMemberName("udp")]
    Udp,

    [JsonStringEnumMemberName("both")]
    Both,
}
