using System.Globalization;
using Harbor.Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace Harbor.Hosting.Logs;

/// <summary>The only place that knows Serilog: everything else logs through ILogger.</summary>
internal static class LoggingExtensions
{
    private const string ConsoleTemplate = "{Timestamp:HH:mm:ss.fff} [{Level:u3}] {Service}: {Message:lj}{NewLine}{Exception}";

    private static readonly Dictionary<string, LogLevel> _quiet = new()
    {
        ["Microsoft"] = LogLevel.Warning,
        ["System"] = LogLevel.Warning,

        // Repeats the outcome at each request for readiness; what watches the dependency says once that it is lost.
        ["Microsoft.Extensions.Diagnostics.HealthChecks"] = LogLevel.None,

        // Of its connection MassTransit repeats each failed attempt as a warning; BusWatch says it once. A consumer that failed is an error.
        ["MassTransit"] = LogLevel.Error,
    };

    public static void AddHarborLogging(this IHostApplicationBuilder builder)
    {
        builder.AddHarborOptions<LoggingOptions>(LoggingOptions.Section);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoggingOptions>, LoggingOptionsValidator>());
        builder.Services.AddSingleton(services => new LazySeqBuffer(() =>
            SeqBuffer.Take(SeqBuffer.Root(services.GetRequiredService<IConfiguration>()), Name(services.GetRequiredService<HarborModules>().All))));
        builder.Services.AddSerilog(Configure, preserveStaticLogger: true);
    }

    private static void Configure(IServiceProvider services, LoggerConfiguration logger)
    {
        var options = OptionsCheck.TryGet<LoggingOptions>(services);
        if (options is null)
        {
            // The host makes its logger before options are checked. The check, which comes next, reports these and ends the process.
            return;
        }

        var modules = services.GetRequiredService<HarborModules>().All;
        logger.MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.Level));
        foreach (var (source, level) in _quiet.Where(quiet => !options.Levels.ContainsKey(quiet.Key)).Concat(options.Levels))
        {
            logger.MinimumLevel.Override(source, LevelConvert.ToSerilogLevel(level));
        }

        logger.Enrich.FromLogContext().Enrich.With(new ServiceEnricher(modules), new TraceEnricher());
        switch (options.Console)
        {
            case ConsoleFormat.Text:
            case ConsoleFormat.Auto when IsTerminal():
                logger.WriteTo.Console(outputTemplate: ConsoleTemplate, formatProvider: CultureInfo.InvariantCulture);
                break;
            case ConsoleFormat.Json or ConsoleFormat.Auto:
                logger.WriteTo.Console(new RenderedCompactJsonFormatter());
                break;
            default:
                break;
        }

        if (options.Directory is not null)
        {
            logger.WriteToFiles(options.Directory, modules);
        }

        if (options.Seq.Url is not null)
        {
            // Through files on disk: what Seq does not take now it takes later, also after a restart.
            logger.WriteTo.Seq(
                options.Seq.Url,
                apiKey: options.Seq.ApiKey,
                bufferBaseFilename: services.GetRequiredService<LazySeqBuffer>().Value.BaseFile,
                bufferSizeLimitBytes: options.Seq.BufferBytes,
                period: TimeSpan.FromSeconds(1),
                formatProvider: CultureInfo.InvariantCulture);
        }
    }

    private static string Name(IReadOnlyList<IHarborModule> modules) => modules.Count == 1 ? modules[0].Service : "standalone";

    private static bool IsTerminal()
    {
#pragma warning disable RS0030 // Asks what stdout is; nothing is written.
        return !Console.IsOutputRedirected;
#pragma warning restore RS0030
    }
}
