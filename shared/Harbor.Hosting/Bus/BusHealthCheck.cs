using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Harbor.Hosting.Bus;

/// <summary>Before the bus has started: whether the broker lets us in. From then on: whether the bus is connected.</summary>
internal sealed class BusHealthCheck(IOptions<BusOptions> options, BusState state, BusWatch watch) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (options.Value.Transport == BusTransport.InMemory)
        {
            return HealthCheckResult.Healthy();
        }

        var broker = new RabbitMqAddress(options.Value.RabbitMq.Uri!);
        if (watch.IsStarted)
        {
            return state.IsUp ? HealthCheckResult.Healthy() : Unhealthy(broker, state.Problem);
        }

        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(options.Value.RabbitMq.Uri!), RequestedConnectionTimeout = TimeSpan.FromSeconds(5), AutomaticRecoveryEnabled = false };
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Unhealthy(broker, exception.GetBaseException().Message);
        }
    }

    private static HealthCheckResult Unhealthy(RabbitMqAddress broker, string reason) =>
        HealthCheckResult.Unhealthy($"RabbitMQ at {broker} (Harbor:Bus:RabbitMq:Uri): {reason}");
}
