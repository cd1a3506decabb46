using Harbor.State.Documents;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <summary>Sees to it, once a process, that a collection has the declared indexes and its documents the keys for them.</summary>
internal sealed class MongoIndexes<T>(MongoDocumentStore store, MongoDocuments<T> documents)
    where T : Document
{
    private const int Attempts = 5;

    private readonly Lock _gate = new();
    private Task? _attempt;

    public Task EnsureAsync(CancellationToken cancellationToken)
    {
        // Without the caller's token: the attempt is everybody's, and goes on when its caller can wait no longer. A failed one is made again by the next caller.
        lock (_gate)
        {
            if (_attempt is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _attempt = CreateAsync();
            }

            return _attempt.IsCompletedSuccessfully ? Task.CompletedTask : _attempt.WaitAsync(cancellationToken);
        }
    }

    private async Task CreateAsync()
    {
        if (documents.Type.Indexes.Count == 0)
        {
            return;
        }

        for (var attempt = 1; !await TryCreateMissingAsync(attempt); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 200)), store.Time);
        }

        await ComputeKeysAsync();
    }

    /// <summary>
    /// False where it is worth another look: processes that start together create the same indexes, and some servers refuse one of two that
    /// do so (as a deadlock, or because one is under way).
    /// </summary>
    private async Task<bool> TryCreateMissingAsync(int attempt)
    {
        var names = await ExistingAsync();
        var missing = documents.Type.Indexes.Select(Model).Where(model => !names.Contains(model.Options.Name)).ToList();
        if (missing.Count == 0)
        {
            return true;
        }

        try
        {
            await store.RunAsync(token => documents.Collection.Indexes.CreateManyAsync(missing, token), MongoDocumentStore.SnapshotTimeout, CancellationToken.None);
            return true;
        }
        catch (StateUnavailableException exception) when (exception.InnerException is MongoCommandException && attempt < Attempts)
        {
            return false;
        }
    }

    /// <summary>None where the server will not say: of a collection that does not exist yet, servers answer with different errors. To create one twice does no harm.</summary>
    private async Task<HashSet<string>> ExistingAsync()
    {
        try
        {
            var existing = await store.RunAsync(
                async token => await (await documents.Collection.Indexes.ListAsync(token)).ToListAsync(token), CancellationToken.None);
            return [.. existing.Select(index => index["name"].AsString)];
        }
        catch (StateUnavailableException exception) when (exception.InnerException is MongoCommandException)
        {
            return [];
        }
    }

    /// <summary>The id beside the key gives the order of answers. In a unique index it would take the meaning away.</summary>
    private static CreateIndexModel<BsonDocument> Model(DocumentIndex<T> index)
    {
        var key = Builders<BsonDocument>.IndexKeys.Ascending(MongoShape<T>.KeyOf(index.Name));
        return index.Unique
            ? new(key, new CreateIndexOptions { Name = $"ix_{index.Name}_unique", Unique = true, Sparse = true })
            : new(key.Ascending(MongoShape<T>.Id), new CreateIndexOptions { Name = $"ix_{index.Name}" });
    }

    /// <summary>For documents written before an index was declared. Their version stays: nothing of theirs has changed.</summary>
    private async Task ComputeKeysAsync()
    {
        var filter = Builders<BsonDocument>.Filter;
        var update = Builders<BsonDocument>.Update;
        var old = await store.RunAsync(
            token => MongoDocuments<T>.Packed(documents.Collection.Find(filter.Ne(MongoShape<T>.Indexes, documents.Shape.IndexNames))).ToListAsync(token), MongoDocumentStore.SnapshotTimeout, CancellationToken.None);
        foreach (var document in documents.ReadAll(old))
        {
            var keys = update.Set(MongoShape<T>.Keys, documents.Shape.KeysOf(document)).Set(MongoShape<T>.Indexes, documents.Shape.IndexNames);
            await store.RunAsync(token => documents.Collection.UpdateOneAsync(MongoDocuments<T>.AsRead(document), keys, cancellationToken: token), CancellationToken.None);
        }
    }
}
