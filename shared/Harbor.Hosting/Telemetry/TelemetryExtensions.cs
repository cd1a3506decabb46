using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Harbor.Hosting.Telemetry;

internal static class TelemetryExtensions
{
    public static void AddHarborTelemetry(this IHostApplicationBuilder builder, IReadOnlyList<IHarborModule> modules)
    {
        builder.AddHarborOptions<TracingOptions>(TracingOptions.Section);
        var exports = builder.Configuration[$"{TracingOptions.Section}:Otlp:Endpoint"] is { Length: > 0 };
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"harbor-{(modules.Count == 1 ? modules[0].Service : "standalone")}"))
            .WithMetrics(metrics => metrics
                .AddMeter("harbor.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter())
            .WithTracing(tracing =>
            {
                // Health and metrics are asked for every few seconds: not worth a trace.
                tracing.AddSource("MassTransit", "harbor.*").AddAspNetCoreInstrumentation(web => web.Filter = context => !IsOwnProbe(context.Request.Path));
                if (exports)
                {
                    tracing.AddOtlpExporter();
                }
            });
        builder.Services.ConfigureOpenTelemetryMeterProvider((services, metrics) => metrics.AddView(ViewOf(services.GetRequiredService<IMeterFactory>())));
        builder.Services.AddOptions<OtlpExporterOptions>().Configure<IOptions<TracingOptions>>((exporter, options) => exporter.Endpoint = options.Value.Otlp.Endpoint ?? exporter.Endpoint);
    }

    public static void MapHarborMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics");

    /// <summary>
    /// Of the meters that hosts make, <paramref name="own"/>'s alone: the SDK hears every meter of the process, and where one host has gone and another come, it
    /// would give the same series twice.
    /// </summary>
    private static Func<Instrument, MetricStreamConfiguration?> ViewOf(IMeterFactory own)
        => instrument => instrument.Meter.Scope is IMeterFactory other && other != own ? MetricStreamConfiguration.Drop : MetricNames.View(instrument);

    private static bool IsOwnProbe(Microsoft.AspNetCore.Http.PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");
}
