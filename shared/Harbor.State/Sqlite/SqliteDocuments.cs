using Harbor.State.Documents;
using Microsoft.Data.Sqlite;

namespace Harbor.State.Sqlite;

/// <summary>One collection of a state file.</summary>
internal sealed partial class SqliteDocuments<T> : IDocuments<T>
    where T : Document
{
    private readonly SqliteDocumentStore _store;
    private readonly HashSet<string> _uniqueIndexes;
    private readonly DocumentReader<T> _reader;
    private volatile bool _indexed;

    public SqliteDocuments(SqliteDocumentStore store, DocumentType<T> type)
    {
        _store = store;
        Type = type;
        _reader = new DocumentReader<T>(type, store.Logger);
        _uniqueIndexes = [.. type.Indexes.Where(index => index.Unique).Select(index => index.Name)];
    }

    public DocumentType<T> Type { get; }

    public async ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken)
    {
        await EnsureIndexedAsync(cancellationToken);
        return _store.Read(session =>
        {
            using var row = session.Query("SELECT version, body FROM documents WHERE collection = $0 AND id = $1", Type.Collection, id);
            return row.Read() ? Type.Read(row.GetFieldValue<byte[]>(1), row.GetInt64(0)) : null;
        });
    }

    public async ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        Type.Check(query);
        await EnsureIndexedAsync(cancellationToken);
        return query.Limit <= 0 ? [] : _store.Read(session => Query(session, query));
    }

    public async ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken)
    {
        Type.CheckId(document.Id);
        return await StoreAsync(document, null, cancellationToken);
    }

    public ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken)
        => StoreAsync(document, document.Version, cancellationToken);

    public async ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken)
    {
        await EnsureIndexedAsync(cancellationToken);
        var write = new SqliteDocumentWrite { Collection = Type.Collection, Id = document.Id, Expected = document.Version, Abandoned = cancellationToken };
        return await _store.WriteAsync(write, cancellationToken);
    }

    /// <summary>Null for a document that cannot be read.</summary>
    internal T? Deserialize(string id, long version, byte[] body) => _reader.TryRead(() => Type.Read(body, version), () => (id, version));

    private async ValueTask<WriteResult<T>> StoreAsync(T document, long? expected, CancellationToken cancellationToken)
    {
        await EnsureIndexedAsync(cancellationToken);
        var write = new SqliteDocumentWrite
        {
            Collection = Type.Collection,
            Id = document.Id,
            Expected = expected,
            Body = Type.Write(document),
            Keys = SqliteKeys.Of(Type, document),
            UniqueIndexes = _uniqueIndexes,
            Abandoned = cancellationToken,
        };
        var outcome = await _store.WriteAsync(write, cancellationToken);
        return new(outcome, outcome == WriteOutcome.Written ? (T)((Document)document with { Version = write.Version }) : null);
    }

    private ValueTask EnsureIndexedAsync(CancellationToken cancellationToken)
        => _indexed ? ValueTask.CompletedTask : IndexAsync(cancellationToken);

    private async ValueTask IndexAsync(CancellationToken cancellationToken)
    {
        var indexes = SqliteKeys.Format([.. Type.Indexes.Select(index => index.Name).Order(StringComparer.Ordinal)]);
        var known = _store.Read(session => session.Scalar("SELECT indexes FROM collections WHERE name = $0", Type.Collection));
        if (!indexes.Equals(known))
        {
            await _store.WriteAsync(new SqliteReindex<T>(this, indexes), cancellationToken);
        }

        _indexed = true;
    }

    private List<T> Query(SqliteSession session, DocumentQuery query)
    {
        var collection = Type.Collection;
        var prefix = query.IdPrefix ?? "";
        var after = query.AfterId ?? "";
        var from = string.CompareOrdinal(prefix, after) > 0 ? prefix : after;
        var to = DocumentKeys.EndOf(prefix);
        return (query.Index, query.Match) switch
        {
            (null, _) => ReadAll(session.Query(
                "SELECT version, body, id FROM documents WHERE collection = $0 AND id >= $1 AND id < $2 AND id <> $3 ORDER BY id LIMIT $4 + 0",
                collection, from, to, after, query.Limit), query.Limit),
            ({ } index, KeyMatch.Equal) => ReadAll(session.Query(
                """
                SELECT d.version, d.body, d.id FROM keys k JOIN documents d ON d.number = k.document
                WHERE k.collection = $0 AND k.name = $1 AND k.key = $2 AND k.id >= $3 AND k.id < $4 AND k.id <> $5 ORDER BY k.id LIMIT $6 + 0
                """,
                collection, index, query.Key!, from, to, after, query.Limit), query.Limit),
            ({ } index, _) => ReadAll(session.Query(
                """
                SELECT d.version, d.body, d.id FROM keys k JOIN documents d ON d.number = k.document
                WHERE k.collection = $0 AND k.name = $1 AND k.key <= $2 AND k.id >= $3 AND k.id < $4 ORDER BY k.key, k.id
                """,
                collection, index, query.Key!, from, to), query.Limit),
        };
    }

    /// <summary>A document that is under several keys counts once, where it comes first.</summary>
    private List<T> ReadAll(SqliteDataReader rows, int limit)
    {
        using (rows)
        {
            var all = new List<T>();
            var seen = new HashSet<string>();
            while (all.Count < limit && rows.Read())
            {
                var id = rows.GetString(2);
                if (seen.Add(id) && Deserialize(id, rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)) is { } document)
                {
                    all.Add(document);
                }
            }

            return all;
        }
    }
}
