using Harbor.State.Documents;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Serializers;
using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <summary>One collection of a database.</summary>
internal sealed partial class MongoDocuments<T> : IDocuments<T>
    where T : Document
{
    private static readonly FilterDefinitionBuilder<BsonDocument> _filter = Builders<BsonDocument>.Filter;
    private static readonly SortDefinition<BsonDocument> _byId = Builders<BsonDocument>.Sort.Ascending(MongoShape<T>.Id);

    private readonly MongoDocumentStore _store;
    private readonly MongoIndexes<T> _indexes;
    private readonly DocumentReader<T> _reader;

    public MongoDocuments(MongoDocumentStore store, DocumentType<T> type)
    {
        _store = store;
        Type = type;
        Shape = new MongoShape<T>(type);
        _reader = new DocumentReader<T>(type, store.Logger);
        Collection = store.Database.GetCollection<BsonDocument>(type.Collection);
        _indexes = new MongoIndexes<T>(store, this);
    }

    public DocumentType<T> Type { get; }

    public bool LeavesOut => true;

    internal MongoShape<T> Shape { get; }

    internal IMongoCollection<BsonDocument> Collection { get; }

    public async ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(id, cancellationToken);
        return stored is null ? null : Shape.FromBson(stored, null);
    }

    public async ValueTask<IReadOnlyList<T>> GetAllAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        return (await FindEachAsync(ids, cancellationToken)).ConvertAll(document => Shape.FromBson(document, null));
    }

    public async ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        Type.Check(query);
        if (query.Limit <= 0)
        {
            return [];
        }

        var stored = await RunIndexedAsync(
            token => Packed(Collection.Find(FilterOf(query)).Sort(SortOf(query)).Limit(query.Limit == int.MaxValue ? null : query.Limit)).ToListAsync(token), cancellationToken);
        return ReadAll(stored);
    }

    public async ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken)
    {
        Type.CheckId(document.Id);
        var version = NextVersion(0);
        try
        {
            await RunIndexedAsync(
                async token =>
                {
                    await Collection.InsertOneAsync(Shape.ToBson(document, version), cancellationToken: token);
                    return true;
                },
                cancellationToken);
        }
        catch (MongoException exception) when (MongoErrors.IsDuplicateKey(exception))
        {
            // The message names an index, but servers differ in which, where both the id and a key are taken.
            var exists = await GetAsync(document.Id, cancellationToken) is not null || exception.Message.Contains("_id_", StringComparison.Ordinal);
            return new(exists ? WriteOutcome.Conflict : WriteOutcome.KeyTaken, null);
        }

        return new(WriteOutcome.Written, Versioned(document, version));
    }

    public ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken)
    {
        var version = NextVersion(document.Version);
        return ReplaceAsync(document, Shape.ToBson(document, version), version, cancellationToken);
    }

    private async ValueTask<WriteResult<T>> ReplaceAsync(T document, BsonDocument stored, long version, CancellationToken cancellationToken)
    {
        try
        {
            var result = await RunIndexedAsync(token => Collection.ReplaceOneAsync(AsRead(document), stored, cancellationToken: token), cancellationToken);
            return result.MatchedCount == 1 ? new(WriteOutcome.Written, Versioned(document, version)) : new(WriteOutcome.Conflict, null);
        }
        catch (MongoException exception) when (MongoErrors.IsDuplicateKey(exception))
        {
            return new(WriteOutcome.KeyTaken, null);
        }
    }

    /// <summary>The wait for the indexes, which the first operation of a process may have to make, is part of the operation's time: who waits is answered as soon as ever.</summary>
    private Task<TResult> RunIndexedAsync<TResult>(Func<CancellationToken, Task<TResult>> operation, CancellationToken cancellationToken) => _store.RunAsync(
        async token =>
        {
            await _indexes.EnsureAsync(token);
            return await operation(token);
        },
        cancellationToken);

    public async ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken)
    {
        var result = await _store.RunAsync(token => Collection.DeleteOneAsync(AsRead(document), token), cancellationToken);
        return result.DeletedCount == 1 ? WriteOutcome.Written : WriteOutcome.Conflict;
    }

    private async Task<RawBsonDocument?> FindAsync(string id, CancellationToken cancellationToken)
        => await _store.RunAsync(token => Packed(Collection.Find(_filter.Eq(MongoShape<T>.Id, id))).FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>Documents as they come over the wire: they are read from their bytes.</summary>
    internal static IFindFluent<BsonDocument, RawBsonDocument> Packed(IFindFluent<BsonDocument, BsonDocument> find) => find.As(RawBsonDocumentSerializer.Instance);

    /// <summary>Those of the ids that are there.</summary>
    internal Task<List<RawBsonDocument>> FindEachAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
        => _store.RunAsync(token => Packed(Collection.Find(_filter.In(MongoShape<T>.Id, ids))).ToListAsync(token), cancellationToken);

    /// <summary>Those of the ids that are there, with the server's time at the end of it: what is changed later is not in it. Null where the server does not say.</summary>
    internal Task<(List<RawBsonDocument> Documents, BsonTimestamp? Time)> FindAllAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
        => _store.RunAsync(token => ReadTimedAsync(_filter.In(MongoShape<T>.Id, ids), token), cancellationToken);

    /// <summary>All under the prefix, in order and with the time as above. For a watch: in its own good time, where other operations must answer soon.</summary>
    internal Task<(List<T> Documents, BsonTimestamp? Time)> SnapshotAsync(string idPrefix, CancellationToken cancellationToken)
        => _store.RunAsync(
            async token =>
            {
                var (stored, time) = await ReadTimedAsync(UnderPrefix(MongoShape<T>.Id, idPrefix), token);
                return (ReadAll(stored), time);
            },
            MongoDocumentStore.SnapshotTimeout,
            cancellationToken);

    private async Task<(List<RawBsonDocument> Documents, BsonTimestamp? Time)> ReadTimedAsync(FilterDefinition<BsonDocument> filter, CancellationToken cancellationToken)
    {
        using var session = await _store.Database.Client.StartSessionAsync(cancellationToken: cancellationToken);
        var stored = await Packed(Collection.Find(session, filter).Sort(_byId)).ToListAsync(cancellationToken);
        return (stored, session.OperationTime);
    }

    internal List<T> ReadAll(IEnumerable<BsonDocument> stored) => [.. stored.Select(document => Read(document, null)).OfType<T>()];

    /// <summary>Null for a document that cannot be read.</summary>
    internal T? Read(BsonDocument stored, T? known)
        => _reader.TryRead(
            () => Shape.FromBson(stored, known),
            () => (stored.GetValue(MongoShape<T>.Id, "").ToString()!, MongoShape<T>.VersionOf(stored) ?? 0));

    internal static FilterDefinition<BsonDocument> AsRead(T document)
        => new BsonDocument { [MongoShape<T>.Id] = document.Id, [MongoShape<T>.Version] = new BsonInt64(document.Version) };

    internal static FilterDefinition<BsonDocument> UnderPrefix(string field, string prefix)
        => prefix.Length == 0 ? _filter.Empty : _filter.Gte(field, prefix) & _filter.Lt(field, DocumentKeys.EndOf(prefix));

    private static FilterDefinition<BsonDocument> FilterOf(DocumentQuery query)
    {
        var filter = UnderPrefix(MongoShape<T>.Id, query.IdPrefix ?? "");
        if (query.AfterId is not null)
        {
            filter &= _filter.Gt(MongoShape<T>.Id, query.AfterId);
        }

        return query switch
        {
            { Index: null } => filter,
            { Match: KeyMatch.Equal } => filter & _filter.Eq(MongoShape<T>.KeyOf(query.Index), query.Key),
            _ => filter & _filter.Lte(MongoShape<T>.KeyOf(query.Index), query.Key),
        };
    }

    private static SortDefinition<BsonDocument> SortOf(DocumentQuery query)
        => query is { Index: { } index, Match: KeyMatch.UpTo } ? Builders<BsonDocument>.Sort.Ascending(MongoShape<T>.KeyOf(index)).Ascending(MongoShape<T>.Id) : _byId;

    private static T Versioned(T document, long version) => (T)((Document)document with { Version = version });

    /// <summary>The time in microseconds, so that a document inserted after a delete is newer than the deleted one was; never less than what was read.</summary>
    private long NextVersion(long read)
        => Math.Max(read + 1, (_store.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
