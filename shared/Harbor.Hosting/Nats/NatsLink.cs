using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Harbor.Hosting.Nats;

/// <summary>Watches over the connection: opens it at start, and says once that it is lost and once that it is back.</summary>
internal sealed partial class NatsLink : IHostedService
{
    private readonly NatsConnection _connection;
    private readonly NatsOptions _options;
    private readonly NatsMetrics _metrics;
    private readonly ILogger<NatsLink> _logger;
    private readonly Lazy<Task> _connecting;
    private bool _lost;

    public NatsLink(NatsConnection connection, IOptions<NatsOptions> options, NatsMetrics metrics, ILogger<NatsLink> logger)
    {
        _connection = connection;
        _options = options.Value;
        _metrics = metrics;
        _logger = logger;
        _connecting = new Lazy<Task>(() => _connection.ConnectAsync().AsTask());
        _connection.ConnectionOpened += (_, _) => OnOpenedAsync();
        _connection.ConnectionDisconnected += (_, lost) => OnLostAsync(lost.Message);
        _connection.MessageDropped += (_, dropped) => OnDroppedAsync(dropped.Subject);
    }

    public bool IsOpen => _connection.ConnectionState == NatsConnectionState.Open;

    /// <summary>Starts to connect if that has not begun. The client then goes on trying by itself.</summary>
    public Task ConnectAsync() => _connecting.Value;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = ConnectAsync();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private ValueTask OnOpenedAsync()
    {
        if (_lost)
        {
            _lost = false;
            Log.Back(_logger, _options.Shown);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask OnLostAsync(string reason)
    {
        if (!_lost)
        {
            _lost = true;
            _metrics.ConnectionLost();
            Log.Lost(_logger, _options.Shown, reason);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask OnDroppedAsync(string subject)
    {
        _metrics.MessageDropped(subject);
        return ValueTask.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(6100, LogLevel.Warning, "The connection to NATS at {NatsUrl} is lost: {Reason}. Reconnecting; nothing is pruned meanwhile")]
        public static partial void Lost(ILogger logger, string natsUrl, string reason);

        [LoggerMessage(6101, LogLevel.Information, "The connection to NATS at {NatsUrl} is back")]
        public static partial void Back(ILogger logger, string natsUrl);
    }
}
