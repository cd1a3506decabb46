using System.Text.Json.Serialization;

namespace Harbor.Contracts.Ports;

/// <summary>One transport of a port; a port with <see cref="PortProtocol.Both"/> has two.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TransportProtocol>))]
public enum TransportProtocol
{
    [JsonStringEnumMemberName("tcp")]
    Tcp,

    [JsonStringEnumMemberName("udp")]
    Udp,
}
