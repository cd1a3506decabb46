using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Harbor.Contracts.Dea;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Harbor.Node.Dea;

/// <summary>What the node says on NATS. Handlers only queue here: publishing on the connection's reading loop could wait for itself.</summary>
internal sealed partial class NodeAnnouncer(NatsConnection nats, IOptions<NodeOptions> options, TimeProvider time, ILogger<NodeAnnouncer> logger)
    : BackgroundService
{
    private readonly Channel<(string Subject, Func<byte[]> Message)> _queue =
        Channel.CreateBounded<(string, Func<byte[]>)>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Asks all DEAs to register.</summary>
    public void Start() => Say(DeaSubjects.HarborStart, StartMessage);

    public void Greet(string? replyTo) => Say(replyTo, StartMessage);

    public void Announce() => Say(DeaSubjects.ComponentAnnounce, () => Component(null));

    public void Discover(string? replyTo) => Say(replyTo, () => Component(time.GetUtcNow() - _startedAt));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (subject, message) in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await nats.PublishAsync(subject, message(), cancellationToken: stoppingToken);
            }
            catch (NatsException exception)
            {
                Log.NotSaid(logger, subject, exception.Message);
            }
        }
    }

    private void Say(string? subject, Func<byte[]> message)
    {
        if (!string.IsNullOrEmpty(subject))
        {
            _queue.Writer.TryWrite((subject, message));
        }
    }

    private byte[] StartMessage() => JsonSerializer.SerializeToUtf8Bytes(
        new HarborStartMessage { Id = _id, Hosts = [], MinimumRegisterIntervalInSeconds = 20, PruneThresholdInSeconds = 120 },
        DeaJsonContext.Default.HarborStartMessage);

    private byte[] Component(TimeSpan? uptime) => JsonSerializer.SerializeToUtf8Bytes(
        new ComponentMessage
        {
            Type = "HarborNode",
            Index = null,
            Uuid = _id,
            Host = new Uri(options.Value.Url).Authority,
            Start = _startedAt.ToString("yyyy-MM-dd HH:mm:ss '+0000'", CultureInfo.InvariantCulture),
            Uptime = uptime is { } up ? string.Create(CultureInfo.InvariantCulture, $"{up.Days}d:{up.Hours}h:{up.Minutes}m:{up.Seconds}s") : null,
        },
        DeaJsonContext.Default.ComponentMessage);

    private static partial class Log
    {
        [LoggerMessage(2220, LogLevel.Debug, "Nothing could be said on {Subject}: {Error}")]
        public static partial void NotSaid(ILogger logger, string subject, string error);
    }
}
