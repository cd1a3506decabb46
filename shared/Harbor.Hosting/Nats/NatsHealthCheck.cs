using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Nats;

internal sealed class NatsHealthCheck(NatsLink link, IOptions<NatsOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(link.IsOpen()
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"NATS at {options.Value.Shown} (Harbor:Nats:Url) does not answer."));
}
