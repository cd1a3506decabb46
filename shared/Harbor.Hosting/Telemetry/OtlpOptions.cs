namespace Harbor.Hosting.Telemetry;

/// <summary>A collector that takes OTLP.</summary>
public sealed class OtlpOptions
{
    /// <summary>Its gRPC address, such as <c>http://collector:4317</c>. Default none: nothing is exported.</summary>
    public Uri? Endpoint { get; set; }
}
