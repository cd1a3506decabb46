using Microsoft.Data.Sqlite;

namespace Harbor.State.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time; owns both.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _statements = [];

    public SqliteSession(string path)
    {
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // The pool would keep connections, and with them the file, beyond the store's life.
            Pooling = false,
            DefaultTimeout = 1,
        };
        _connection = new SqliteConnection(connectionString.ToString());
        try
        {
            _connection.Open();
            // SQLite waits for a lock itself, from a millisecond upwards; the client library's own retry sleeps 150 ms at a time.
            // FULL: a commit is on the disk before it is acknowledged. One fsync serves all writes of a group commit.
            Run("PRAGMA busy_timeout = 3000; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// Runs a prepared statement with the values of its parameters <c>$0, $1, …</c>; answers the number of rows changed. A limit is written
    /// <c>LIMIT $n + 0</c>: SQLite plans by the value of a bare parameter there, and so compiles the statement anew for each run.
    /// </summary>
    public int Execute(string sql, params ReadOnlySpan<object> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row; null where there is none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object> values) => Prepare(sql, values).ExecuteScalar();

    /// <summary>The caller disposes of the reader before it uses the session again.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object> values) => Prepare(sql, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = _connection.CreateCommand();
            statement.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                statement.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }

            // Said explicitly: the client library forgets what it compiled when a reader is closed before its end, and compiles it anew each time.
            statement.Prepare();
            _statements.Add(sql, statement);
        }

        for (var i = 0; i < values.Length; i++)
        {
            statement.Parameters[i].Value = values[i];
        }

        return statement;
    }
}
