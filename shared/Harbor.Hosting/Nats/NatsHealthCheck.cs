using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Harbor.Hosting.Nats;

internal sealed class NatsHealthCheck(NatsLink link, IOptions<NatsOptions> options, TimeProvider clock) : IHealthCheck
{
    /// <summary>A first connection is given this long to come about.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await link.ConnectAsync().WaitAsync(_patience, clock, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or NatsException)
        {
            return Unhealthy($" ({exception.GetBaseException().Message})");
        }

        return link.IsOpen ? HealthCheckResult.Healthy() : Unhealthy(string.Empty);
    }

    private HealthCheckResult Unhealthy(string reason) =>
        HealthCheckResult.Unhealthy($"NATS at {options.Value.Shown} (Harbor:Nats:Url) does not answer{reason}.");
}
