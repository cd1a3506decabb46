using System.Text.Json.Serialization;

namespace Harbor.Contracts.Dea;

/// <summary>The question <c>dea.find.droplet</c>: which instances of an application does a DEA hold? Those that hold any answer to the inbox.</summary>
public sealed record FindDropletMessage
{
    [JsonPropertyName("droplet")]
    public required string Droplet { get; init; }

    [JsonPropertyName("states")]
    public required IReadOnlyList<string> States { get; init; }

    [JsonPropertyName("include_stats")]
    public required bool IncludeStats { get; init; }
}
