using System.Text.Json.Serialization;

namespace Harbor.Contracts.Dea;

/// <summary>A port inside an instance's container, and the port of the DEA's host that leads to it.</summary>
public sealed record InstancePort
{
    [JsonPropertyName("container_port")]
    public required int ContainerPort { get; init; }

    [JsonPropertyName("host_port")]
    public required int HostPort { get; init; }
}
