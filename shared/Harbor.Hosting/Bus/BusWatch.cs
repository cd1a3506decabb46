using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Bus;

/// <summary>Says once that the bus is lost and once that it is back. MassTransit itself would repeat every failed attempt.</summary>
internal sealed partial class BusWatch(BusState state, IOptions<BusOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<BusWatch> logger) : BackgroundService
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    private volatile bool _started;

    /// <summary>Whether the bus has been started: its own state says something only from then on.</summary>
    public bool IsStarted => _started;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lifetime.ApplicationStarted.Register(() => _started = true);
        if (options.Value.Transport == BusTransport.InMemory)
        {
            return;
        }

        var broker = new RabbitMqAddress(options.Value.RabbitMq.Uri!).ToString();
        using var timer = new PeriodicTimer(_period, clock);
        var lost = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!_started || state.IsUp != lost)
            {
                continue;
            }

            lost = !lost;
            if (lost)
            {
                Log.Lost(logger, broker, state.Problem);
            }
            else
            {
                Log.Back(logger, broker);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6200, LogLevel.Warning, "The connection to RabbitMQ at {Broker} is lost: {Reason}. Reconnecting; what was accepted is kept and finished afterwards")]
        public static partial void Lost(ILogger logger, string broker, string reason);

        [LoggerMessage(6201, LogLevel.Information, "The connection to RabbitMQ at {Broker} is back")]
        public static partial void Back(ILogger logger, string broker);
    }
}
