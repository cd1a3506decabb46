using System.Globalization;
using Serilog;
using Serilog.Events;

namespace Harbor.Hosting.Logs;

/// <summary>One daily file for each service of the process.</summary>
internal static class LogFiles
{
    private const int KeptFiles = 7;

    /// <summary>A file this large is followed by another one of the same day, so that a flood fills seven of them and not the disk.</summary>
    private const long MaximumBytes = 1L << 30;

    private const string Template = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} [{Level:u3}] {SourceContext}: {Message:lj} {Properties:j}{NewLine}{Exception}";

    public static void WriteToFiles(this LoggerConfiguration logger, string directory, IReadOnlyList<IHarborModule> modules)
    {
        for (var i = 0; i < modules.Count; i++)
        {
            var service = modules[i].Service;

            // What belongs to no module alone goes to the first one's file.
            var takesOthers = i == 0;
            logger.WriteTo.Logger(part => part
                .Filter.ByIncludingOnly(one => ServiceOf(one) is var owner && (owner == service || (takesOthers && modules.All(module => module.Service != owner))))
                .WriteTo.File(
                    Path.Combine(directory, $"{NameOf(service)}_.log"),
                    outputTemplate: Template,
                    formatProvider: CultureInfo.InvariantCulture,
                    rollingInterval: RollingInterval.Day,
                    rollOnFileSizeLimit: true,
                    fileSizeLimitBytes: MaximumBytes,
                    retainedFileCountLimit: KeptFiles,
                    hooks: new CurrentLink(Path.Combine(directory, $"{NameOf(service)}.log"))));
        }
    }

    /// <summary>The names that operators of the original know.</summary>
    private static string NameOf(string service) => service == "proxy" ? "harbor_proxy_connector" : $"harbor_{service}";

    private static string? ServiceOf(LogEvent one) => one.Properties.GetValueOrDefault(ServiceEnricher.Property) is ScalarValue { Value: string service } ? service : null;
}
