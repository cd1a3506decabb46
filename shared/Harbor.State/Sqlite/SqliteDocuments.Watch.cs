using System.Runtime.CompilerServices;
using Harbor.State.Documents;
using Microsoft.Extensions.Logging;

namespace Harbor.State.Sqlite;

internal sealed partial class SqliteDocuments<T>
{
    /// <summary>Changes read at a time: a bound on memory for a watch that is far behind.</summary>
    private const int PageSize = 512;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(500);

    public async IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = (long?)null;
        var failing = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = _store.Signal.NextAsync(Type.Collection);
            Page? page = null;
            try
            {
                await EnsureIndexedAsync(cancellationToken);
                page = _store.Read(session => ReadChanges(session, idPrefix, known, cursor));
                _store.Signal.WatchOthers();
            }
            catch (StateUnavailableException exception)
            {
                if (!failing)
                {
                    failing = true;
                    Log.WatchInterrupted(_store.Logger, Type.Collection, exception);
                }
            }

            if (page is null)
            {
                await Task.Delay(_retryDelay, _store.Time, cancellationToken);
                continue;
            }

            if (failing)
            {
                failing = false;
                Log.WatchResumed(_store.Logger, Type.Collection);
            }

            foreach (var change in page.Changes)
            {
                yield return change;
            }

            cursor = page.Cursor;
            if (!page.More)
            {
                await changed.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>The next changes, or a snapshot where there is no cursor or the log does not go back to it: all as of one moment.</summary>
    private Page ReadChanges(SqliteSession session, string idPrefix, Func<string, T?>? known, long? cursor)
    {
        // Where a statement fails, the store drops the session, and the transaction with it.
        session.Execute("BEGIN");
        long revision, trimmed;
        using (var meta = session.Query("SELECT revision, trimmed FROM meta"))
        {
            meta.Read();
            (revision, trimmed) = (meta.GetInt64(0), meta.GetInt64(1));
        }

        // A revision behind the cursor: the file was replaced by an older one.
        var isWhole = cursor is null || cursor < trimmed || cursor > revision;
        var page = isWhole ? ReadSnapshot(session, idPrefix, revision) : ReadLog(session, idPrefix, known, cursor!.Value, revision);
        session.Execute("COMMIT");
        if (isWhole)
        {
            // The pages of a snapshot are not read again, and would stay for good in the cache of a process that has little else to read.
            session.Run("PRAGMA shrink_memory;");
        }

        return page;
    }

    private Page ReadSnapshot(SqliteSession session, string idPrefix, long revision)
    {
        var documents = Query(session, new DocumentQuery(IdPrefix: idPrefix));
        return new([DocumentChange<T>.SnapshotStarted, .. documents.Select(DocumentChange<T>.Upserted), DocumentChange<T>.SnapshotCompleted], revision, false);
    }

    /// <summary>
    /// The log names what changed; the document is read as it is now. A row that a later one of the same document has overtaken is passed
    /// over: that one follows.
    /// </summary>
    private Page ReadLog(SqliteSession session, string idPrefix, Func<string, T?>? known, long cursor, long revision)
    {
        var changes = new List<DocumentChange<T>>();
        var last = cursor;
        var count = 0;
        using var rows = session.Query(
            """
            SELECT c.revision, c.id, c.deleted, d.version, CASE WHEN d.version = c.revision THEN d.body END
            FROM changes c LEFT JOIN documents d ON d.collection = c.collection AND d.id = c.id
            WHERE c.revision > $0 AND c.collection = $1 ORDER BY c.revision LIMIT $2 + 0
            """,
            cursor, Type.Collection, PageSize);
        while (rows.Read())
        {
            count++;
            last = rows.GetInt64(0);
            var id = rows.GetString(1);
            if (!id.StartsWith(idPrefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (!rows.IsDBNull(4))
            {
                if (!(known?.Invoke(id)?.Version >= last) && Deserialize(id, last, rows.GetFieldValue<byte[]>(4)) is { } document)
                {
                    changes.Add(DocumentChange<T>.Upserted(document));
                }
            }
            else if (rows.GetInt64(2) == 1 && rows.IsDBNull(3))
            {
                changes.Add(DocumentChange<T>.Deleted(id));
            }
        }

        var more = count == PageSize;
        return new(changes, more ? last : revision, more);
    }

    private sealed record Page(IReadOnlyList<DocumentChange<T>> Changes, long Cursor, bool More);

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Warning, "The watch of {Collection} is interrupted; it goes on when the state can be read again.")]
        public static partial void WatchInterrupted(ILogger logger, string collection, Exception exception);

        [LoggerMessage(5002, LogLevel.Information, "The watch of {Collection} goes on.")]
        public static partial void WatchResumed(ILogger logger, string collection);
    }
}
