using Harbor.State.Documents;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Harbor.State.Health;

/// <summary>Ready means: the state answers.</summary>
internal sealed class StateHealthCheck(IDocumentStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.PingAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StateUnavailableException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
