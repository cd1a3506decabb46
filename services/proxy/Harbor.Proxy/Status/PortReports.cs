using System.Collections.Concurrent;
using Harbor.Contracts.Workers;
using Harbor.Proxy.Routing;
using Harbor.State.Workers;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Status;

/// <summary>
/// Tells the sagas what became of a port. The byte path never waits for the bus: the last word on each port of each life of an instance is kept until the bus
/// has taken it, and while the bus is away only that last word.
/// </summary>
internal sealed partial class PortReports(IBus bus, WorkerName name, TimeProvider time, IOptions<ProxyOptions> options, ILogger<PortReports> logger) : BackgroundService
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(int Port, string ServiceInstanceId, long Life, bool IsOfQuarantine), object> _unsaid = new();
    private readonly SemaphoreSlim _news = new(0);

    public void Opened(string serviceInstanceId, long life, int port) => Say(port, serviceInstanceId, life, OpenedMessage(serviceInstanceId, life, port));

    public void Closed(string serviceInstanceId, long life, int port) => Say(port, serviceInstanceId, life, ClosedMessage(serviceInstanceId, life, port));

    public void Refused(string serviceInstanceId, long life, RefusedPort refusal) => Say(refusal.Port, serviceInstanceId, life, RefusedMessage(serviceInstanceId, life, refusal));

    public void StillUsed(WantedPort port) => Say(port.Port, port.ServiceInstanceId, port.Life, new PortStillUsed
    {
        WorkerId = options.Value.WorkerId,
        Pool = options.Value.Pool,
        Port = port.Port,
        ServiceInstanceId = port.ServiceInstanceId,
        Life = port.Life,
        QuarantinedUntil = port.QuarantinedUntil,
    });

    public PortOpened OpenedMessage(string serviceInstanceId, long life, int port) => new()
    {
        WorkerId = options.Value.WorkerId,
        Pool = options.Value.Pool,
        Port = port,
        ServiceInstanceId = serviceInstanceId,
        Life = life,
    };

    public PortClosed ClosedMessage(string serviceInstanceId, long? life, int port) => new()
    {
        WorkerId = options.Value.WorkerId,
        Pool = options.Value.Pool,
        Port = port,
        ServiceInstanceId = serviceInstanceId,
        Life = life,
    };

    public PortRefused RefusedMessage(string serviceInstanceId, long life, RefusedPort refusal) => new()
    {
        WorkerId = options.Value.WorkerId,
        Pool = options.Value.Pool,
        Port = refusal.Port,
        ServiceInstanceId = serviceInstanceId,
        Life = life,
        Protocol = refusal.Protocol,
        Reason = refusal.Reason,
        Holder = refusal.Holder,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isLost = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            await _news.WaitAsync(stoppingToken);
            foreach (var (about, message) in _unsaid)
            {
                if (await TryPublishAsync(message, stoppingToken))
                {
                    // Unless there is a newer word on it.
                    _unsaid.TryRemove(KeyValuePair.Create(about, message));
                    if (isLost)
                    {
                        isLost = false;
                        Log.BusBack(logger);
                    }

                    continue;
                }

                if (!isLost)
                {
                    isLost = true;
                    Log.BusLost(logger, _unsaid.Count);
                }

                _news.Release();
                await Task.Delay(_pause, time, stoppingToken);
                break;
            }
        }
    }

    private void Say(int port, string serviceInstanceId, long life, object message)
    {
        if (!name.IsOurs)
        {
            // Another process speaks under the name. Who waits for a word of this one, once the name is its own again, asks for it.
            return;
        }

        _unsaid[(port, serviceInstanceId, life, message is PortStillUsed)] = message;
        _news.Release();
    }

    private async Task<bool> TryPublishAsync(object message, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(_patience);
        try
        {
            await bus.Publish(message, message.GetType(), limit.Token);
            return true;
        }
        catch (Exception exception)
        {
            // A bus that stops beside this says so in ways of its own.
            stoppingToken.ThrowIfCancellationRequested();
            Log.PublishFailed(logger, exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3100, LogLevel.Warning, "The bus takes no messages; {Waiting} reports about ports wait for it. Traffic is not concerned")]
        public static partial void BusLost(ILogger logger, int waiting);

        [LoggerMessage(3101, LogLevel.Information, "The bus takes messages again")]
        public static partial void BusBack(ILogger logger);

        [LoggerMessage(3102, LogLevel.Debug, "A report about a port could not be published")]
        public static partial void PublishFailed(ILogger logger, Exception exception);
    }
}
