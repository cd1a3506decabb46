using Harbor.State.Documents;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Serializers;
using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <summary>
/// One watch's place in a change stream. The stream is opened before the snapshot is read, so nothing falls between; after a failure, and where the watcher can do without something
/// from now on, another goes on behind its last event, and where the server has forgotten that, with a new snapshot. Owns the cursor.
/// </summary>
internal sealed partial class MongoWatch<T>(MongoDocumentStore store, MongoDocuments<T> documents, string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut) : IDisposable
    where T : Document
{
    /// <summary>How long the server holds an answer back for want of events. A shorter one only costs more of them.</summary>
    private static readonly TimeSpan _awaitTime = TimeSpan.FromSeconds(1);

    /// <summary>A server that says nothing for so long, not even that there is nothing, is gone.</summary>
    private static readonly TimeSpan _silenceLimit = TimeSpan.FromSeconds(5);

    /// <summary>A server that answers at once where it has left all out would be asked as often as there are changes. While it has nothing to say it is asked less and less often, down to this.</summary>
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(10);

    /// <summary>A server may get change streams while we run: a replica set that was initiated late, an upgrade. A refused attempt costs it nothing.</summary>
    internal static readonly TimeSpan LookAgainInterval = TimeSpan.FromMinutes(1);

    private IChangeStreamCursor<RawBsonDocument>? _cursor;
    private BsonDocument? _resumeToken;
    private MongoPoll<T>? _poll;
    private long _refusedAt;
    private TimeSpan _pause = _firstPause;
    private string? _leftOut;

    private readonly StreamCatchUp _catchUp = new();

    // Of what was read while the stream was behind, until it has told as much: a server's clock may lag behind what it lets one read.
    private readonly Dictionary<string, long> _read = new(StringComparer.Ordinal);

    /// <summary>The next changes; none where nothing happened for a while.</summary>
    public async Task<IReadOnlyList<DocumentChange<T>>> NextAsync(CancellationToken cancellationToken)
    {
        if (_poll is not null && store.Time.GetElapsedTime(_refusedAt) < LookAgainInterval)
        {
            return await _poll.NextAsync(cancellationToken);
        }

        if (_leftOut is null && leaveOut?.Invoke() is { } property)
        {
            _leftOut = property;
            Close();
        }

        try
        {
            return _cursor is not null ? await ReadAsync(cancellationToken) : await OpenAsync(cancellationToken);
        }
        catch (StateUnavailableException exception) when (exception.InnerException is { } inner && _cursor is null && MongoErrors.IsNoChangeStreams(inner))
        {
            _poll ??= new MongoPoll<T>(store, documents, idPrefix);
            _refusedAt = store.Time.GetTimestamp();
            store.SayPolling(MongoPoll<T>.Interval, inner);
            return [];
        }
        catch (StateUnavailableException exception) when (exception.InnerException is { } inner && MongoErrors.IsHistoryLost(inner))
        {
            Log.HistoryLost(store.Logger, documents.Type.Collection, inner.Message);
            Close();
            _resumeToken = null;
            return [];
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        _cursor?.Dispose();
        _cursor = null;
    }

    /// <summary>Opens the stream behind the last event; where there is none yet, with a snapshot.</summary>
    private async Task<IReadOnlyList<DocumentChange<T>>> OpenAsync(CancellationToken cancellationToken)
    {
        var options = new ChangeStreamOptions
        {
            // Of a replace the event has the document; of an update, which some servers report instead, only a look-up has.
            FullDocument = ChangeStreamFullDocumentOption.UpdateLookup,
            MaxAwaitTime = _awaitTime,
            ResumeAfter = _resumeToken,
        };
        _cursor = await store.RunAsync(token => documents.Collection.WatchAsync(Pipeline(), options, token), cancellationToken);
        if (_resumeToken is not null)
        {
            return [];
        }

        var (snapshot, time) = await documents.SnapshotAsync(idPrefix, cancellationToken);
        if (_poll is not null)
        {
            _poll = null;
            store.SayStreaming();
        }

        _resumeToken = _cursor.GetResumeToken();
        _catchUp.Begin(time);
        _read.Clear();
        snapshot.ForEach(document => _read[document.Id] = document.Version);
        return [DocumentChange<T>.SnapshotStarted, .. snapshot.Select(DocumentChange<T>.Upserted), DocumentChange<T>.SnapshotCompleted];
    }

    private async Task<IReadOnlyList<DocumentChange<T>>> ReadAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_silenceLimit);
        IReadOnlyList<MongoChange> events;
        var asked = store.Time.GetTimestamp();
        try
        {
            events = await _cursor!.MoveNextAsync(limit.Token) ? [.. _cursor.Current.Select(MongoChange.Read)] : throw new MongoException("The change stream ended.");
        }
        catch (Exception exception) when (MongoErrors.IsUnavailable(exception) || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StateUnavailableException($"The change stream of {documents.Type.Collection} broke: {exception.Message}", exception);
        }

        if (events.Any(change => change.Id is null))
        {
            // Dropped or renamed, with all that was in it: what is there now is another collection.
            Close();
            _resumeToken = null;
            return [];
        }

        if (events.Count == 0 && _leftOut is not null && store.Time.GetElapsedTime(asked) < _awaitTime / 2)
        {
            // It has come to something that it leaves out; how far that is, it does not say.
            await PauseAsync(cancellationToken);
            _resumeToken = _cursor!.GetResumeToken() ?? _resumeToken;
            return [];
        }

        _pause = _firstPause;
        if (_catchUp.IsOver && events.Count == 0)
        {
            _read.Clear();
        }

        var changes = _catchUp.IsOver ? Read(events) : await CatchUpAsync(events, cancellationToken);
        _resumeToken = _cursor!.GetResumeToken() ?? _resumeToken;
        return changes;
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_pause, store.Time, cancellationToken);
        _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, _longestPause.Ticks));
    }

    /// <summary>
    /// Until the stream has passed the snapshot's moment, its events are partly older than the snapshot: to replay them would take back
    /// documents that the snapshot has, and bring back others. So they only say what to read again; and of what was read again, no event that is older than
    /// that read is replayed either.
    /// </summary>
    private async Task<List<DocumentChange<T>>> CatchUpAsync(IReadOnlyList<MongoChange> events, CancellationToken cancellationToken)
    {
        var newer = events.Where(change => _catchUp.IsAfterRead(change.Id!, change.Time)).ToList();
        string[] unsure = [.. events.Select(change => change.Id!).Except(newer.Select(change => change.Id!), StringComparer.Ordinal)];
        if (unsure.Length == 0)
        {
            _catchUp.Passed(events is [.., var newest] ? newest.Time : null);
            return Read(newer);
        }

        var (found, time) = await documents.FindAllAsync(unsure, cancellationToken);
        _catchUp.ReadAgain(unsure, time);
        var stored = found.ToDictionary(document => document[MongoShape<T>.Id].AsString, StringComparer.Ordinal);
        var read = unsure.Select(DocumentChange<T>? (id) => !stored.TryGetValue(id, out var found) ? DocumentChange<T>.Deleted(id)
            : documents.Read(found, null) is { } document ? DocumentChange<T>.Upserted(document)
            : null).OfType<DocumentChange<T>>().ToList();
        foreach (var change in read)
        {
            _read[change.Id] = change.Document?.Version ?? 0;
        }

        return [.. read, .. Read(newer)];
    }

    private List<DocumentChange<T>> Read(IEnumerable<MongoChange> events)
    {
        var changes = new List<DocumentChange<T>>();

        // What the watcher will know when it comes to the next of these.
        var told = new Dictionary<string, T?>(StringComparer.Ordinal);
        foreach (var occurrence in events)
        {
            var before = told.TryGetValue(occurrence.Id!, out var document) ? document : known?.Invoke(occurrence.Id!);
            if (!IsKnown(occurrence, before) && Change(occurrence, before) is { } change && IsNews(change))
            {
                changes.Add(change);
                told[occurrence.Id!] = change.Document;
            }
        }

        return changes;
    }

    private static bool IsKnown(MongoChange change, T? before) => before is not null && change.Document is { } stored && MongoShape<T>.VersionOf(stored) <= before.Version;

    /// <summary>False for a version older than the one that was read. Whatever else it is, the stream has come as far with the document.</summary>
    private bool IsNews(DocumentChange<T> change)
    {
        if (change.Document is { } document && _read.TryGetValue(change.Id, out var version) && document.Version < version)
        {
            return false;
        }

        _read.Remove(change.Id);
        return true;
    }

    /// <summary>Nothing where the looked-up document is gone already (the event of its deletion follows) or cannot be read.</summary>
    private DocumentChange<T>? Change(MongoChange change, T? before) => change switch
    {
        { IsDeletion: true } => DocumentChange<T>.Deleted(change.Id!),
        { Document: { } stored } when documents.Read(stored, before) is { } document => DocumentChange<T>.Upserted(document),
        _ => null,
    };

    /// <summary>Events that say something of the collection as a whole have no document key; they must come through.</summary>
    private PipelineDefinition<ChangeStreamDocument<BsonDocument>, RawBsonDocument> Pipeline()
    {
        PipelineDefinition<ChangeStreamDocument<BsonDocument>, ChangeStreamDocument<BsonDocument>> all = new EmptyPipelineDefinition<ChangeStreamDocument<BsonDocument>>();
        if (idPrefix.Length > 0)
        {
            var range = new BsonDocument("documentKey._id", new BsonDocument { ["$gte"] = idPrefix, ["$lt"] = DocumentKeys.EndOf(idPrefix) });
            var none = new BsonDocument("documentKey", new BsonDocument("$exists", false));
            all = all.Match(new BsonDocument("$or", new BsonArray { range, none }));
        }

        if (_leftOut is not null)
        {
            all = all.Match(new BsonDocument("$nor", new BsonArray { documents.Shape.ChangesNothingBut(_leftOut, "fullDocument") }));
        }

        return all.As(RawBsonDocumentSerializer.Instance);
    }

    private static partial class Log
    {
        [LoggerMessage(5013, LogLevel.Information, "The history of {Collection} does not go back to where its watch was; it starts again with a snapshot: {Reason}")]
        public static partial void HistoryLost(ILogger logger, string collection, string reason);
    }
}
