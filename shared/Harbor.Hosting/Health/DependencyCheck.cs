using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Health;

/// <summary>Waits at start until every dependency answers, for a bounded time; then gives up naming those that do not.</summary>
internal static partial class DependencyCheck
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    /// <summary>What starts together with this process need not worry anybody.</summary>
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(2);

    public static async Task WaitAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var checks = services.GetRequiredService<HealthCheckService>();
        var clock = services.GetRequiredService<TimeProvider>();
        var patience = services.GetRequiredService<IOptions<StartOptions>>().Value.DependencyTimeout;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DependencyCheck));
        var waiting = false;
        var began = clock.GetTimestamp();
        while (true)
        {
            var report = await checks.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Dependency), cancellationToken);
            if (report.Status != HealthStatus.Unhealthy)
            {
                return;
            }

            List<string> missing = [.. report.Entries.Where(entry => entry.Value.Status == HealthStatus.Unhealthy).Select(entry => Describe(entry.Key, entry.Value))];
            if (clock.GetElapsedTime(began) >= patience)
            {
                Log.Missing(logger, missing);
                throw new HarborStartException(ExitCodes.DependencyUnavailable, missing);
            }

            if (!waiting && clock.GetElapsedTime(began) >= _silence)
            {
                waiting = true;
                Log.Waiting(logger, missing, patience);
            }

            await Task.Delay(_pause, clock, cancellationToken);
        }
    }

    private static string Describe(string name, HealthReportEntry entry) => $"{name}: {entry.Description ?? entry.Exception?.Message ?? "does not answer"}";

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "Waiting up to {Patience} for what this process needs: {Missing}")]
        public static partial void Waiting(ILogger logger, IReadOnlyList<string> missing, TimeSpan patience);

        [LoggerMessage(6002, LogLevel.Critical, "Ending, because what this process needs does not answer: {Missing}")]
        public static partial void Missing(ILogger logger, IReadOnlyList<string> missing);
    }
}
