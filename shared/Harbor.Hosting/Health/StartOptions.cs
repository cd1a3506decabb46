using System.ComponentModel.DataAnnotations;

namespace Harbor.Hosting.Health;

/// <summary>How a process starts.</summary>
public sealed class StartOptions
{
    public const string Section = "Harbor:Start";

    /// <summary>
    /// How long the dependencies (store, RabbitMQ, NATS) may take to answer at start before the process ends, naming those that did not.
    /// Default 30 s: containers of one <c>compose.yaml</c> start together, and a RabbitMQ node takes some 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DependencyTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
