using Harbor.State.Documents;

namespace Harbor.State.Workers;

/// <summary>A proxy worker as it describes itself. Its id is the worker's id. Written by that worker alone.</summary>
public sealed record WorkerDocument : Document
{
    /// <summary>Index: the pool it serves.</summary>
    public const string PoolIndex = "pool";

    public required string Pool { get; init; }

    public required string ListenAddress { get; init; }

    public required string SoftwareVersion { get; init; }

    /// <summary>Where its health and metrics are served.</summary>
    public string? Url { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Alive until then; renewed well before. A worker that ends in order sets it to the past.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>Ports that this worker could not open when it was last asked to, and has not since found free.</summary>
    public IReadOnlyList<RefusedPort> Refused { get; init; } = [];
}
