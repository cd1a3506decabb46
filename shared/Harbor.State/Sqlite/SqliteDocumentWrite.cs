using Harbor.State.Documents;

namespace Harbor.State.Sqlite;

/// <summary>An insert, replace or delete of one document.</summary>
internal sealed class SqliteDocumentWrite : SqliteWrite
{
    public required string Collection { get; init; }

    public required string Id { get; init; }

    /// <summary>The version that the stored document must have; null for an insert.</summary>
    public required long? Expected { get; init; }

    /// <summary>Null for a delete.</summary>
    public byte[]? Body { get; init; }

    /// <summary>As <see cref="SqliteKeys"/> has them.</summary>
    public string[] Keys { get; init; } = [];

    public IReadOnlySet<string> UniqueIndexes { get; init; } = new HashSet<string>();

    /// <summary>The version that was given to the document, once written.</summary>
    public long Version { get; private set; }

    public override string Watched => Collection;

    protected override WriteOutcome ApplyCore(SqliteSession session, ref long revision)
    {
        var number = 0L;
        var version = (long?)null;
        var storedKeys = "[]";
        using (var row = session.Query("SELECT number, version, keys FROM documents WHERE collection = $0 AND id = $1", Collection, Id))
        {
            if (row.Read())
            {
                (number, version, storedKeys) = (row.GetInt64(0), row.GetInt64(1), row.GetString(2));
            }
        }

        if (version != Expected)
        {
            return WriteOutcome.Conflict;
        }

        var keys = Body is null ? "[]" : SqliteKeys.Format(Keys);
        if (keys != storedKeys && IsKeyTaken(session))
        {
            return WriteOutcome.KeyTaken;
        }

        Version = ++revision;
        if (Body is null)
        {
            session.Execute("DELETE FROM documents WHERE number = $0", number);
        }
        else if (version is null)
        {
            number = (long)session.Scalar(
                "INSERT INTO documents (collection, id, version, keys, body) VALUES ($0, $1, $2, $3, $4) RETURNING number", Collection, Id, Version, keys, Body)!;
        }
        else
        {
            session.Execute("UPDATE documents SET version = $1, keys = $2, body = $3 WHERE number = $0", number, Version, keys, Body);
        }

        if (keys != storedKeys)
        {
            ChangeKeys(session, SqliteKeys.Parse(storedKeys), number);
        }

        session.Execute("INSERT INTO changes VALUES ($0, $1, $2, $3)", Version, Collection, Id, Body is null ? 1L : 0L);
        return WriteOutcome.Written;
    }

    private bool IsKeyTaken(SqliteSession session)
    {
        for (var i = 0; i < Keys.Length; i += 2)
        {
            if (UniqueIndexes.Contains(Keys[i]) && session.Scalar(
                "SELECT 1 FROM keys WHERE collection = $0 AND name = $1 AND key = $2 AND id <> $3 LIMIT 1", Collection, Keys[i], Keys[i + 1], Id) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private void ChangeKeys(SqliteSession session, string[] stored, long number)
    {
        for (var i = 0; i < stored.Length; i += 2)
        {
            session.Execute("DELETE FROM keys WHERE collection = $0 AND name = $1 AND key = $2 AND id = $3", Collection, stored[i], stored[i + 1], Id);
        }

        for (var i = 0; i < Keys.Length; i += 2)
        {
            session.Execute("INSERT INTO keys VALUES ($0, $1, $2, $3, $4)", Collection, Keys[i], Keys[i + 1], Id, number);
        }
    }
}
