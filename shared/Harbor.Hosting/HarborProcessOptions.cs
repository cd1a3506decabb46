using Microsoft.Extensions.Configuration;

namespace Harbor.Hosting;

/// <summary>What an executable decides about its process before any configuration is read.</summary>
public sealed record HarborProcessOptions
{
    /// <summary>Configuration below everything else: files, environment and command line win over it. <c>standalone</c> puts its embedded defaults here.</summary>
    public IReadOnlyDictionary<string, string?> Defaults { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// More of them, for what can only be decided once it is known what is configured: gets the whole configuration, and what it returns lies below all of it.
    /// </summary>
    public Func<IConfiguration, IReadOnlyDictionary<string, string?>>? Fallbacks { get; init; }

    /// <summary>Whether the well-known files (<c>/etc/harbor/harbor.json</c>, <c>harbor.json</c>) and the environment are read. Tests turn it off, to be alone with what they set.</summary>
    public bool ReadSurroundings { get; init; } = true;

    /// <summary>
    /// Runs once the configuration is known to be good, before dependencies are asked for: <c>standalone</c> starts its nats-server here.
    /// What it returns is disposed when the process ends.
    /// </summary>
    public Func<IConfiguration, CancellationToken, Task<IAsyncDisposable?>>? PrepareAsync { get; init; }
}
