using Harbor.State.Documents;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Harbor.State.Mongo;

/// <content>Many documents in one command: a server spends most of a small write on the command and on the commit.</content>
internal sealed partial class MongoDocuments<T>
{
    private static readonly BulkWriteOptions _eachForItself = new() { IsOrdered = false };

    public async ValueTask<IReadOnlyList<WriteResult<T>>> ReplaceAllAsync(IReadOnlyList<Replacement<T>> replacements, CancellationToken cancellationToken)
    {
        if (replacements.Count <= 1)
        {
            return replacements.Count == 0 ? [] : [await ReplaceAsync(replacements[0], cancellationToken)];
        }

        await _indexes.EnsureAsync(cancellationToken);
        var batch = ObjectId.GenerateNewId();
        var documents = replacements.Select(replacement => replacement.Document).ToList();
        var versions = documents.ConvertAll(document => NextVersion(document.Version));
        // By id: where a server locks documents one after another, two commands that take them in different orders would wait for each other.
        int[] order = [.. Enumerable.Range(0, documents.Count).OrderBy(place => documents[place].Id, StringComparer.Ordinal)];
        var models = order.Select(place => new ReplaceOneModel<BsonDocument>(AsRead(documents[place]), Shape.ToBson(replacements[place], versions[place], batch)));
        HashSet<int> taken = [];
        long matched;
        try
        {
            matched = (await _store.RunAsync(token => Collection.BulkWriteAsync(models, _eachForItself, token), cancellationToken)).MatchedCount;
        }
        catch (MongoBulkWriteException<BsonDocument> exception) when (MongoErrors.IsDuplicateKey(exception))
        {
            taken = [.. exception.WriteErrors.Select(error => order[error.Index])];
            matched = exception.Result.MatchedCount;
        }
        catch (StateUnavailableException exception) when (exception.InnerException is MongoBulkWriteException<BsonDocument>)
        {
            // The server answered, and would not have them together: a deadlock with another batch, on servers that lock. Each alone has nothing to wait for.
            var results = new List<WriteResult<T>>(replacements.Count);
            foreach (var replacement in replacements)
            {
                results.Add(await ReplaceAsync(replacement, cancellationToken));
            }

            return results;
        }

        // The answer counts and does not name; only where one lost is it worth asking which.
        var stored = matched + taken.Count == documents.Count ? null : await FindBatchAsync(documents, batch, cancellationToken);
        return [.. documents.Select((document, place) => taken.Contains(place) ? new WriteResult<T>(WriteOutcome.KeyTaken, null)
            : stored?.Contains((document.Id, versions[place])) is false ? new(WriteOutcome.Conflict, null)
            : new(WriteOutcome.Written, Versioned(document, versions[place])))];
    }

    private ValueTask<WriteResult<T>> ReplaceAsync(Replacement<T> replacement, CancellationToken cancellationToken)
    {
        var version = NextVersion(replacement.Document.Version);
        return ReplaceAsync(replacement.Document, Shape.ToBson(replacement, version), version, cancellationToken);
    }

    private async Task<HashSet<(string Id, long Version)>> FindBatchAsync(IReadOnlyList<T> documents, ObjectId batch, CancellationToken cancellationToken)
    {
        var filter = _filter.In(MongoShape<T>.Id, documents.Select(document => document.Id)) & _filter.Eq(MongoShape<T>.Batch, batch);
        var fields = Builders<BsonDocument>.Projection.Include(MongoShape<T>.Version);
        var found = await _store.RunAsync(token => Collection.Find(filter).Project(fields).ToListAsync(token), cancellationToken);
        return [.. found.Select(stored => (stored[MongoShape<T>.Id].AsString, stored[MongoShape<T>.Version].ToInt64()))];
    }
}
