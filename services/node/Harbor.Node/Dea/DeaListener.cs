using Harbor.Contracts.Dea;
using Harbor.Node.Routes;
using NATS.Client.Core;

namespace Harbor.Node.Dea;

/// <summary>
/// Listens to the DEAs from when the stored ports are known, asks them to register whenever the link is up anew, and lets time pass in the
/// table only while the link is proven alive.
/// </summary>
internal sealed partial class DeaListener(
    NatsConnection nats, PortViews views, DeaIngest ingest, NodeAnnouncer announcer, RouteService routes, TimeProvider time, ILogger<DeaListener> logger)
    : BackgroundService
{
    /// <summary>After a server's restart the DEAs come back at moments of their own: those that come after the node have missed the first <c>harbor.start</c>.</summary>
    private const int TicksToSecondStart = 5;

    // The client itself holds subscriptions weakly: one that nobody else holds ends with the next garbage collection.
    private readonly List<DeaSubscription> _subscriptions = [];

    private int _ticksToSecondStart;

    private static string[] Subjects { get; } =
    [
        DeaSubjects.Heartbeat, DeaSubjects.DropletExited, DeaSubjects.Shutdown, DeaSubjects.Start,
        DeaSubjects.RouterRegister, DeaSubjects.RouterUnregister, DeaSubjects.HarborRegister, DeaSubjects.HarborUnregister,
    ];

    private static TimeSpan TickInterval { get; } = TimeSpan.FromSeconds(1);

    private static TimeSpan PingTimeout { get; } = TimeSpan.FromSeconds(2);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await views.ReadyAsync(stoppingToken);
        nats.ConnectionDisconnected += (_, _) => OnLostAsync();
        nats.ConnectionOpened += (_, _) => OnOpenedAsync();
        foreach (var subject in Subjects)
        {
            await ListenAsync(subject, (_, in payload) => ingest.Take(subject, payload), stoppingToken);
        }

        await ListenAsync(MainPortFinder.Inbox, (_, in payload) => ingest.Take(DeaSubjects.FindDroplet, payload), stoppingToken);
        await ListenAsync(DeaSubjects.HarborGreet, (replyTo, in _) => announcer.Greet(replyTo), stoppingToken);
        await ListenAsync(DeaSubjects.ComponentDiscover, (replyTo, in _) => announcer.Discover(replyTo), stoppingToken);
        await OnOpenedAsync();
        announcer.Announce();
        Log.Listening(logger);
        await TickAsync(stoppingToken);
    }

    private async Task ListenAsync(string subject, DeaMessageHandler handler, CancellationToken cancellationToken)
    {
        var subscription = new DeaSubscription(nats, subject, handler);
        _subscriptions.Add(subscription);
        await nats.AddSubAsync(subscription, cancellationToken);
    }

    private ValueTask OnLostAsync()
    {
        routes.Suspend();
        return ValueTask.CompletedTask;
    }

    private ValueTask OnOpenedAsync()
    {
        routes.Resume();
        announcer.Start();
        Volatile.Write(ref _ticksToSecondStart, TicksToSecondStart);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// A link that died without a word is noticed by its pings only after some 20 s, when a DEA may seem silent for 30 s already. So time passes only
    /// after a ping was answered; by then, as messages come in order, all that was sent before has been read too.
    /// </summary>
    private async Task TickAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TickInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (nats.ConnectionState is NatsConnectionState.Open)
                {
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                    patience.CancelAfter(PingTimeout);
                    await nats.PingAsync(patience.Token);
                    routes.Tick();
                    if (Volatile.Read(ref _ticksToSecondStart) > 0 && Interlocked.Decrement(ref _ticksToSecondStart) == 0)
                    {
                        announcer.Start();
                    }
                }
            }
            catch (Exception exception) when (exception is NatsException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                Log.NoAnswer(logger, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2210, LogLevel.Information, "Listening to the DEAs")]
        public static partial void Listening(ILogger logger);

        [LoggerMessage(2211, LogLevel.Debug, "NATS does not answer a ping, so nothing is pruned: {Error}")]
        public static partial void NoAnswer(ILogger logger, string error);
    }
}
