using Microsoft.Extensions.Logging;

namespace Harbor.Hosting.Logs;

/// <summary>Where log events go, and which.</summary>
public sealed class LoggingOptions
{
    public const string Section = "Harbor:Logging";

    /// <summary>
    /// Directory of the daily files; one for each service, seven kept. Default none: a container's log is its stdout.
    /// Today's file is always found as <c>harbor_gateway.log</c>, <c>harbor_node.log</c> or <c>harbor_proxy_connector.log</c>, a link to <c>harbor_gateway_20261122.log</c>.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>Default <see cref="ConsoleFormat.Auto"/>.</summary>
    public ConsoleFormat Console { get; set; } = ConsoleFormat.Auto;

    /// <summary>The least level of Harbor's own events. Default Information.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>
    /// Levels by namespace, the longest match wins: <c>Harbor:Logging:Levels:Harbor.Node.Dea=Debug</c>. Below these lie Warning for <c>Microsoft</c> and
    /// <c>System</c> and Error for <c>MassTransit</c>, which repeat what Harbor says once.
    /// </summary>
    public Dictionary<string, LogLevel> Levels { get; set; } = [];

    public SeqOptions Seq { get; set; } = new();
}
