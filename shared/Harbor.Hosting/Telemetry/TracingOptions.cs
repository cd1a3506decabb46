namespace Harbor.Hosting.Telemetry;

/// <summary>Where traces go. Trace ids are in the logs in any case.</summary>
public sealed class TracingOptions
{
    public const string Section = "Harbor:Tracing";

    public OtlpOptions Otlp { get; set; } = new();
}
