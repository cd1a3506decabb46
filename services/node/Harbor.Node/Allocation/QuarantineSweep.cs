using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Deletes ports whose quarantine is over. Only tidies: allocation takes such a port also where nothing swept it.</summary>
internal sealed partial class QuarantineSweep(IDocuments<PortDocument> ports, TimeProvider time, ILogger<QuarantineSweep> logger) : BackgroundService
{
    private static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var over = await ports.QueryAsync(
            DocumentQuery.UpTo(PortIndexes.QuarantinedUntil, DocumentKeys.Of(time.GetUtcNow())), cancellationToken);
        var freed = 0;
        foreach (var port in over)
        {
            if (port.State is PortState.Quarantined && await ports.DeleteAsync(port, cancellationToken) is WriteOutcome.Written)
            {
                freed++;
                Log.Freed(logger, port.Port, port.Pool, port.ServiceInstanceId);
            }
        }

        return freed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (StateUnavailableException exception)
            {
                Log.Postponed(logger, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2030, LogLevel.Information, "Port {ExternalPort} of pool {Pool} is free again; service instance {ServiceInstanceId} had it last")]
        public static partial void Freed(ILogger logger, int externalPort, string pool, string serviceInstanceId);

        [LoggerMessage(2031, LogLevel.Debug, "The sweep of quarantined ports waits for the store: {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
