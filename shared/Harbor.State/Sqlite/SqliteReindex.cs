using Harbor.State.Documents;

namespace Harbor.State.Sqlite;

/// <summary>Computes the keys of all documents of a collection anew, where the type declares other indexes than the file was written with.</summary>
internal sealed class SqliteReindex<T>(SqliteDocuments<T> documents, string indexes) : SqliteWrite
    where T : Document
{
    protected override WriteOutcome ApplyCore(SqliteSession session, ref long revision)
    {
        var collection = documents.Type.Collection;
        var known = session.Scalar("SELECT indexes FROM collections WHERE name = $0", collection);
        if (indexes.Equals(known))
        {
            return WriteOutcome.Written;
        }

        session.Execute("DELETE FROM keys WHERE collection = $0", collection);
        session.Execute("UPDATE documents SET keys = '[]' WHERE collection = $0", collection);
        foreach (var (number, document) in Read(session, collection))
        {
            var keys = SqliteKeys.Of(documents.Type, document);
            session.Execute("UPDATE documents SET keys = $1 WHERE number = $0", number, SqliteKeys.Format(keys));
            for (var i = 0; i < keys.Length; i += 2)
            {
                session.Execute("INSERT INTO keys VALUES ($0, $1, $2, $3, $4)", collection, keys[i], keys[i + 1], document.Id, number);
            }
        }

        session.Execute("INSERT OR REPLACE INTO collections VALUES ($0, $1)", collection, indexes);
        return WriteOutcome.Written;
    }

    private List<(long Number, T Document)> Read(SqliteSession session, string collection)
    {
        var all = new List<(long, T)>();
        using var rows = session.Query("SELECT number, version, body, id FROM documents WHERE collection = $0", collection);
        while (rows.Read())
        {
            if (documents.Deserialize(rows.GetString(3), rows.GetInt64(1), rows.GetFieldValue<byte[]>(2)) is { } document)
            {
                all.Add((rows.GetInt64(0), document));
            }
        }

        return all;
    }
}
