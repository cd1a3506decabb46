using System.Collections.Concurrent;
using Harbor.State.Documents;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <summary>Documents in a MongoDB database: one collection a kind. Owns its client.</summary>
public sealed partial class MongoDocumentStore : IDocumentStore, IDisposable
{
    private const string DefaultDatabase = "harbor";

    /// <summary>For one operation as a whole, retries included: the gateway has to say that the state is gone in under 5 s.</summary>
    private static readonly TimeSpan _operationTimeout = TimeSpan.FromSeconds(3.5);

    /// <summary>For reading a whole collection, which nobody waits for: some thousand documents over a slow line.</summary>
    internal static readonly TimeSpan SnapshotTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Of an operation that loses against others each time.</summary>
    private const int Attempts = 3;

    private readonly ConcurrentDictionary<string, object> _collections = [];
    private readonly MongoClient _client;
    private readonly string _address;
    private int _saidPolling;

    public MongoDocumentStore(string connectionString, ILogger<MongoDocumentStore> logger, TimeProvider time)
    {
        var url = new MongoUrl(connectionString);
        var settings = MongoClientSettings.FromUrl(url);
        settings.ApplicationName ??= "harbor";
        settings.ServerSelectionTimeout = Least(settings.ServerSelectionTimeout, TimeSpan.FromSeconds(3));
        settings.ConnectTimeout = Least(settings.ConnectTimeout, TimeSpan.FromSeconds(3));
        settings.WaitQueueTimeout = Least(settings.WaitQueueTimeout, TimeSpan.FromSeconds(3));
        // A server that is silent is given up after 2 + 3 s, and looked for again as often.
        settings.HeartbeatInterval = Least(settings.HeartbeatInterval, TimeSpan.FromSeconds(2));
        settings.HeartbeatTimeout = TimeSpan.FromSeconds(3);
        if (url.W is null)
        {
            // What was answered must outlive the loss of a primary.
            settings.WriteConcern = settings.WriteConcern.With(w: WriteConcern.WMajority.W);
        }

        _client = new MongoClient(settings);
        _address = string.Join(',', url.Servers.Select(server => server.ToString()));
        Database = _client.GetDatabase(url.DatabaseName ?? DefaultDatabase);
        Logger = logger;
        Time = time;
    }

    internal IMongoDatabase Database { get; }

    internal ILogger Logger { get; }

    internal TimeProvider Time { get; }

    public IDocuments<T> Open<T>(DocumentType<T> type)
        where T : Document
        => (IDocuments<T>)_collections.GetOrAdd(type.Collection, static (_, open) => new MongoDocuments<T>(open.Store, open.Type), (Store: this, Type: type));

    public async ValueTask PingAsync(CancellationToken cancellationToken)
        => await RunAsync(token => Database.RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: token), cancellationToken);

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// Runs one operation in bounded time; what is wrong with the server becomes a <see cref="StateUnavailableException"/>. A duplicate key is
    /// nothing wrong: the caller makes an outcome of it.
    /// </summary>
    internal Task<TResult> RunAsync<TResult>(Func<CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken)
        => RunAsync(operation, _operationTimeout, cancellationToken);

    internal async Task<TResult> RunAsync<TResult>(Func<CancellationToken, Task<TResult>> operation, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await operation(limit.Token);
                }
                catch (MongoException exception) when (MongoErrors.IsLostRace(exception) && attempt < Attempts)
                {
                    // Nothing was written, and who was in the way is through.
                }
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StateUnavailableException($"MongoDB at {_address} did not answer within {timeout.TotalSeconds} s.", exception);
        }
        catch (Exception exception) when (MongoErrors.IsUnavailable(exception) && !MongoErrors.IsDuplicateKey(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StateUnavailableException($"MongoDB at {_address} failed: {exception.Message}", exception);
        }
    }

    /// <summary>Said once, whatever the number of watches.</summary>
    internal void SayPolling(TimeSpan interval, Exception reason)
    {
        if (Interlocked.Exchange(ref _saidPolling, 1) == 0)
        {
            Log.Polling(Logger, _address, interval, reason.Message);
        }
    }

    /// <summary>Likewise, and only after <see cref="SayPolling"/>.</summary>
    internal void SayStreaming()
    {
        if (Interlocked.Exchange(ref _saidPolling, 0) == 1)
        {
            Log.Streaming(Logger, _address);
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Warning, "MongoDB at {Address} has no change streams, so changes are polled for every {Interval}: {Reason}")]
        public static partial void Polling(ILogger logger, string address, TimeSpan interval, string reason);

        [LoggerMessage(5014, LogLevel.Information, "MongoDB at {Address} has change streams now: changes are no longer polled for")]
        public static partial void Streaming(ILogger logger, string address);
    }
}
