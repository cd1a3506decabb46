using Harbor.State.Documents;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <summary>A watch by comparison, for servers without change streams: reads ids and versions, and then what has changed.</summary>
internal sealed class MongoPoll<T>(MongoDocumentStore store, MongoDocuments<T> documents, string idPrefix)
    where T : Document
{
    /// <summary>A pool has some thousand ports: their ids and versions are some hundred kilobytes, so not much more often than this.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Documents read at a time.</summary>
    private const int ChunkSize = 500;

    private Dictionary<string, long>? _known;

    public async Task<IReadOnlyList<DocumentChange<T>>> NextAsync(CancellationToken cancellationToken)
    {
        if (_known is null)
        {
            var (snapshot, _) = await documents.SnapshotAsync(idPrefix, cancellationToken);
            _known = snapshot.ToDictionary(document => document.Id, document => document.Version, StringComparer.Ordinal);
            return [DocumentChange<T>.SnapshotStarted, .. snapshot.Select(DocumentChange<T>.Upserted), DocumentChange<T>.SnapshotCompleted];
        }

        await Task.Delay(Interval, store.Time, cancellationToken);
        var current = await VersionsAsync(cancellationToken);
        var changed = await ReadAsync([.. current.Where(pair => _known.GetValueOrDefault(pair.Key) < pair.Value).Select(pair => pair.Key)], cancellationToken);
        var gone = _known.Keys.Where(id => !current.ContainsKey(id)).ToList();

        gone.ForEach(id => _known.Remove(id));
        foreach (var document in changed)
        {
            _known[document.Id] = document.Version;
        }

        // Versions follow the clock, so this is the order of writes as nearly as it can be told.
        return [.. gone.Select(DocumentChange<T>.Deleted), .. changed.OrderBy(document => document.Version).Select(DocumentChange<T>.Upserted)];
    }

    private async Task<Dictionary<string, long>> VersionsAsync(CancellationToken cancellationToken)
    {
        var rows = await store.RunAsync(
            token => documents.Collection.Find(MongoDocuments<T>.UnderPrefix(MongoShape<T>.Id, idPrefix))
                .Project(Builders<BsonDocument>.Projection.Include(MongoShape<T>.Version)).ToListAsync(token),
            cancellationToken);
        return rows.Where(row => row[MongoShape<T>.Id].IsString && row.Contains(MongoShape<T>.Version))
            .ToDictionary(row => row[MongoShape<T>.Id].AsString, row => row[MongoShape<T>.Version].ToInt64(), StringComparer.Ordinal);
    }

    private async Task<List<T>> ReadAsync(string[] ids, CancellationToken cancellationToken)
    {
        var all = new List<T>(ids.Length);
        foreach (var chunk in ids.Chunk(ChunkSize))
        {
            all.AddRange(documents.ReadAll(await documents.FindEachAsync(chunk, cancellationToken)));
        }

        return all;
    }
}
