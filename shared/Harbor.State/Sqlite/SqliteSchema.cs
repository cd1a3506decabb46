namespace Harbor.State.Sqlite;

/// <summary>The tables of a state file. All collections share them.</summary>
internal static class SqliteSchema
{
    /// <summary>
    /// <c>documents.keys</c> repeats a document's index keys, so that a write that changes none of them touches no index.
    /// <c>changes</c> is the log that watches read; <c>meta</c> has the last revision given and the last one trimmed from the log.
    /// </summary>
    public const string Create = """
        CREATE TABLE IF NOT EXISTS documents (
          number INTEGER PRIMARY KEY,
          collection TEXT NOT NULL,
          id TEXT NOT NULL,
          version INTEGER NOT NULL,
          keys TEXT NOT NULL,
          body BLOB NOT NULL,
          UNIQUE (collection, id));
        CREATE TABLE IF NOT EXISTS keys (
          collection TEXT NOT NULL,
          name TEXT NOT NULL,
          key TEXT NOT NULL,
          id TEXT NOT NULL,
          document INTEGER NOT NULL,
          PRIMARY KEY (collection, name, key, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS changes (
          revision INTEGER PRIMARY KEY,
          collection TEXT NOT NULL,
          id TEXT NOT NULL,
          deleted INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS collections (
          name TEXT NOT NULL PRIMARY KEY,
          indexes TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS meta (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          revision INTEGER NOT NULL,
          trimmed INTEGER NOT NULL);
        INSERT OR IGNORE INTO meta VALUES (1, 0, 0);
        """;

    public const long FormatVersion = 1;

    /// <summary>Creates the file where it does not exist. Safe against other processes that do the same.</summary>
    public static void Ensure(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } directory)
        {
            Directory.CreateDirectory(directory);
        }

        using var session = new SqliteSession(path);
        session.Run("PRAGMA journal_mode = WAL;");
        session.Run("BEGIN IMMEDIATE;");
        var format = (long)session.Scalar("PRAGMA user_version")!;
        if (format > FormatVersion)
        {
            throw new InvalidDataException($"{path} has format {format}; this Harbor knows formats up to {FormatVersion}.");
        }

        session.Run(Create);
        session.Run($"PRAGMA user_version = {FormatVersion}; COMMIT;");
    }
}
