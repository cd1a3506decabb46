using System.Text.Json;
using Harbor.Contracts.Dea;
using Harbor.Node.Routes;
using NATS.Client.Core;

namespace Harbor.Node.Dea;

/// <summary>
/// Asks the DEAs for the main ports of applications whose instances run at an address that nobody named: once at once, and again with growing
/// pauses while there is no answer. Of several nodes the one asks that owns the instance's DEA. The answers come to <see cref="Inbox"/> as any message of a DEA.
/// </summary>
internal sealed partial class MainPortFinder(NatsConnection nats, RouteService routes, MainPortQueue queue, TimeProvider time, ILogger<MainPortFinder> logger)
    : BackgroundService
{
    /// <summary>The same for all nodes: one asks, and every one's table must know the answer, since any of them may have to write for the DEA next.</summary>
    public const string Inbox = "_INBOX.harbor.found";

    private readonly Dictionary<string, (TimeSpan Pause, long AskedAt)> _asked = [];

    private static TimeSpan FirstPause { get; } = TimeSpan.FromSeconds(1);

    private static TimeSpan LongestPause { get; } = TimeSpan.FromSeconds(60);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var app in queue.Apps.ReadAllAsync(stoppingToken))
        {
            if (IsDue(app) && routes.NeedsMainPort(app))
            {
                await AskAsync(app, stoppingToken);
            }
        }
    }

    /// <summary>The next heartbeat names an application again whose instances have no address still, so the pauses need no timer.</summary>
    private bool IsDue(string app)
        => !_asked.TryGetValue(app, out var last) || time.GetElapsedTime(last.AskedAt) >= last.Pause;

    private async Task AskAsync(string app, CancellationToken cancellationToken)
    {
        Remember(app);
        var question = JsonSerializer.SerializeToUtf8Bytes(
            new FindDropletMessage { Droplet = app, States = ["RUNNING"], IncludeStats = true }, DeaJsonContext.Default.FindDropletMessage);
        try
        {
            await nats.PublishAsync(DeaSubjects.FindDroplet, question, replyTo: Inbox, cancellationToken: cancellationToken);
            Log.Asked(logger, app);
        }
        catch (NatsException exception)
        {
            Log.NotAsked(logger, app, exception.Message);
        }
    }

    private void Remember(string app)
    {
        if (_asked.Count > 10_000)
        {
            foreach (var (old, _) in _asked.Where(entry => !routes.NeedsMainPort(entry.Key)).ToList())
            {
                _asked.Remove(old);
            }
        }

        // An application that was quiet for long is asked for as a new one.
        var pause = _asked.TryGetValue(app, out var last) && time.GetElapsedTime(last.AskedAt) < 2 * LongestPause ? 2 * last.Pause : FirstPause;
        _asked[app] = (pause < LongestPause ? pause : LongestPause, time.GetTimestamp());
    }

    private static partial class Log
    {
        [LoggerMessage(2230, LogLevel.Debug, "Asked the DEAs for the main ports of application {AppGuid}")]
        public static partial void Asked(ILogger logger, string appGuid);

        [LoggerMessage(2231, LogLevel.Debug, "The DEAs could not be asked for application {AppGuid}: {Error}")]
        public static partial void NotAsked(ILogger logger, string appGuid, string error);
    }
}
