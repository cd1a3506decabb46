using Microsoft.Extensions.Hosting;
using Serilog;

namespace Harbor.Hosting.Logs;

internal static class LoggingExtensions
{
    public static void AddHarborLogging(this IHostApplicationBuilder builder) =>
        builder.Services.AddSerilog(logger => logger.MinimumLevel.Information().MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning).WriteTo.Console(formatProvider: System.Globalization.CultureInfo.InvariantCulture));
}
