using System.Text.Json.Serialization;

namespace Harbor.Contracts.Dea;

/// <summary><c>harbor.start</c>, and the reply to <c>harbor.greet</c>: whoever registers does so at once, and again at least this often.</summary>
public sealed record HarborStartMessage
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("hosts")]
    public required IReadOnlyList<string> Hosts { get; init; }

    [JsonPropertyName("minimumRegisterIntervalInSeconds")]
    public required int MinimumRegisterIntervalInSeconds { get; init; }

    [JsonPropertyName("pruneThresholdInSeconds")]
    public required int PruneThresholdInSeconds { get; init; }
}
