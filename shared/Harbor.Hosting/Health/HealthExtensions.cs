using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Harbor.Hosting.Health;

internal static class HealthExtensions
{
    public static void AddHarborHealth(this IHostApplicationBuilder builder)
    {
        builder.AddHarborOptions<StartOptions>(StartOptions.Section);
        builder.Services.AddHealthChecks();
    }

    public static void MapHarborHealth(this WebApplication app)
    {
        // Alive means that the process answers at all: a lost dependency is no reason to restart it.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = HealthReport.WriteAsync });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => !check.Tags.Contains(HealthTags.Hidden), ResponseWriter = HealthReport.WriteAsync });
    }
}
