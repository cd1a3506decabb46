using Harbor.Gateway.Broker;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Sweeping;

/// <summary>
/// Looks through the store for work that nobody drives: because a message was lost, because a gateway died, because a dependency was away. With it,
/// whatever is stored ends, and no message need ever be delivered for sure. Any number of gateways may sweep at once.
/// </summary>
internal sealed partial class Sweep(
    InstanceSweep instances, SagaSweep sagas, BindingSweep bindings, IOptions<GatewayOptions> options, TimeProvider time, ILogger<Sweep> logger) : BackgroundService
{
    private BrokerOptions Broker => options.Value.Broker;

    /// <summary>One look through everything.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await instances.RunAsync(cancellationToken);
        await sagas.RunAsync(cancellationToken);
        await bindings.RunAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Broker.SweepInterval, time);
        var wasAway = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                if (wasAway)
                {
                    Log.Back(logger);
                }

                wasAway = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The sweep is what repairs everything else: nothing may end it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!wasAway)
                {
                    Log.Away(logger, exception);
                }

                wasAway = true;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1800, LogLevel.Warning, "The sweep cannot do its work; it goes on trying.")]
        public static partial void Away(ILogger logger, Exception exception);

        [LoggerMessage(1801, LogLevel.Information, "The sweep does its work again.")]
        public static partial void Back(ILogger logger);
    }
}
