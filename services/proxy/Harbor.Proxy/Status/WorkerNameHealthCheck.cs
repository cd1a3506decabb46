using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Status;

/// <summary>Degraded while another process has this worker's name: traffic is served, but provisions do not wait for it here.</summary>
internal sealed class WorkerNameHealthCheck(WorkerName name, IOptions<ProxyOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(name.Taker is { } taker
            ? HealthCheckResult.Degraded(string.Create(
                CultureInfo.InvariantCulture, $"Another process is worker {options.Value.WorkerId} too (at {taker.Url}, started {taker.StartedAt:O}): give each its own Harbor:Proxy:WorkerId."))
            : HealthCheckResult.Healthy());
}
