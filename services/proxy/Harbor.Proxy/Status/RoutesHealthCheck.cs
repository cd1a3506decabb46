using Harbor.Proxy.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Harbor.Proxy.Status;

/// <summary>Ready when every port that was stored at the start is open or refused. A port that another process holds makes no worker unready: the rest is served.</summary>
internal sealed class RoutesHealthCheck(PortRoutes routes) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!routes.FirstSnapshotApplied.IsCompleted)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The stored ports are not all open yet."));
        }

        var refused = routes.All.Where(port => port.Value.Status is PortStatus.Refused).Select(port => port.Key).Order().ToList();
        return Task.FromResult(refused.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Held by other processes: {string.Join(", ", refused.Take(10))}{(refused.Count > 10 ? " and more" : "")}."));
    }
}
