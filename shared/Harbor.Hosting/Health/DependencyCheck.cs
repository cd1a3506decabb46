using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Health;

/// <summary>Waits at start until every dependency answers, for a bounded time; then gives up naming those that do not.</summary>
internal static class DependencyCheck
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    public static async Task WaitAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var checks = services.GetRequiredService<HealthCheckService>();
        var clock = services.GetRequiredService<TimeProvider>();
        var patience = services.GetRequiredService<IOptions<StartOptions>>().Value.DependencyTimeout;
        var began = clock.GetTimestamp();
        while (true)
        {
            var report = await checks.CheckHealthAsync(check => check.Tags.Contains(HealthTags.Dependency), cancellationToken);
            if (report.Status != HealthStatus.Unhealthy)
            {
                return;
            }

            if (clock.GetElapsedTime(began) >= patience)
            {
                throw new HarborStartException(ExitCodes.DependencyUnavailable, [.. report.Entries
                    .Where(entry => entry.Value.Status == HealthStatus.Unhealthy)
                    .Select(entry => $"{entry.Key}: {entry.Value.Description ?? entry.Value.Exception?.Message ?? "does not answer"}")]);
            }

            await Task.Delay(_pause, clock, cancellationToken);
        }
    }
}
