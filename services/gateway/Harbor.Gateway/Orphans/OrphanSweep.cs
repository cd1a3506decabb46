using Harbor.Gateway.Broker;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Orphans;

/// <summary>
/// Compares what is held with who should hold it, and repairs both ways. Sagas and roll-backs leave nothing that this would find; it is for what no program can rule
/// out: a command that is carried out long after it was given up, a store that was put back to an older state, a fault of ours. Any number of gateways may do
/// it at once, and at any moment: every suspicion is looked into in an order that proves it, and every command names the life that it is about.
/// </summary>
internal sealed partial class OrphanSweep(
    Holdings holdings,
    OrphanPorts orphanPorts,
    LostPorts lostPorts,
    OrphanBindings orphanBindings,
    LostBindings lostBindings,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<OrphanSweep> logger) : BackgroundService
{
    private BrokerOptions Broker => options.Value.Broker;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // Ports before bindings, as each step needs them: a port that knows a binding is the younger of the two.
        var held = await holdings.PortsAsync(cancellationToken);
        await orphanPorts.GiveBackAsync(held, cancellationToken);
        await lostPorts.RepairAsync(held, cancellationToken);
        var known = await holdings.BindingsAsync(cancellationToken);
        await orphanBindings.RemoveAsync(held, known, cancellationToken);
        await lostBindings.RepairAsync(held, known, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Gateways that were started together should not read everything at the same moment.
        await Task.Delay(Broker.OrphanInterval * (0.5 + (Random.Shared.NextDouble() / 2)), time, stoppingToken);
        using var timer = new PeriodicTimer(Broker.OrphanInterval, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
#pragma warning disable CA1031 // What repairs everything else may not be ended by anything.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // Store and bus stop beside this, and say so in ways of their own.
                stoppingToken.ThrowIfCancellationRequested();
                Log.Postponed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1827, LogLevel.Warning, "What is held cannot be compared with who holds it at the moment; it is tried again.")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
