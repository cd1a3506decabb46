using Harbor.State.Documents;
using Microsoft.Data.Sqlite;

namespace Harbor.State.Sqlite;

/// <summary>
/// The only thread of a store that writes. What queues up while one commit waits for the disk goes into the next one: a group commit,
/// so that the number of writes a second does not hang on that of fsyncs. Owns its connection.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>Bounds how long a group keeps the file from other processes, and its first write waiting: some 10 ms.</summary>
    private const int GroupLimit = 256;

    /// <summary>The log is trimmed so often: a delete now and then of many rows costs less than one a write.</summary>
    private const int TrimEvery = 1024;

    private readonly string _path;
    private readonly int _changesKept;
    private readonly SqliteSignal _signal;
    private readonly Queue<SqliteWrite> _queue = [];
    private readonly Thread _thread;
    private SqliteSession? _session;
    private bool _closed;

    public SqliteWriter(string path, int changesKept, SqliteSignal signal)
    {
        _path = path;
        _changesKept = changesKept;
        _signal = signal;
        _thread = new Thread(Run) { IsBackground = true, Name = "harbor-sqlite-writer" };
        _thread.Start();
    }

    public void Enqueue(SqliteWrite write)
    {
        lock (_queue)
        {
            if (_closed)
            {
                write.Fail(new ObjectDisposedException(nameof(SqliteDocumentStore)));
                return;
            }

            _queue.Enqueue(write);
            Monitor.Pulse(_queue);
        }
    }

    /// <summary>Writes what is queued, then ends.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _closed = true;
            Monitor.Pulse(_queue);
        }

        _thread.Join();
    }

    private void Run()
    {
        var group = new List<SqliteWrite>(GroupLimit);
        while (Take(group))
        {
            Write(group);
            group.Clear();
        }

        _session?.Dispose();
    }

    private bool Take(List<SqliteWrite> group)
    {
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                if (_closed)
                {
                    return false;
                }

                Monitor.Wait(_queue);
            }

            while (group.Count < GroupLimit && _queue.TryDequeue(out var write))
            {
                group.Add(write);
            }

            return true;
        }
    }

    private void Write(List<SqliteWrite> group)
    {
        group.RemoveAll(write =>
        {
            if (write.Abandoned.IsCancellationRequested)
            {
                write.Abandon();
                return true;
            }

            return false;
        });

        var applying = false;
        try
        {
            _session ??= new SqliteSession(_path);
            var (from, to) = Commit(_session, group, ref applying);
            group.ForEach(write => write.Complete());
            if (from != to)
            {
                _signal.Committed(from, to, group.Where(write => write is { Outcome: WriteOutcome.Written, Watched: not null }).Select(write => write.Watched!).Distinct());
            }
        }
        catch (Exception exception)
        {
            Abort();
            if (applying && group.Count > 1)
            {
                // Nothing of the group is stored. One of it may be at fault (too big, or not to be read again): the others shall not fail with it.
                group.ForEach(write => Write([write]));
                return;
            }

            var failure = exception is SqliteException ? new StateUnavailableException($"Could not write to {_path}: {exception.Message}", exception) : exception;
            group.ForEach(write => write.Fail(failure));
        }
    }

    /// <summary>The file's revision before and after.</summary>
    private (long From, long To) Commit(SqliteSession session, List<SqliteWrite> group, ref bool applying)
    {
        session.Execute("BEGIN IMMEDIATE");
        var first = (long)session.Scalar("SELECT revision FROM meta")!;
        var revision = first;
        applying = true;
        foreach (var write in group)
        {
            write.Apply(session, ref revision);
        }

        applying = false;
        if (revision == first)
        {
            session.Execute("COMMIT");
            return (first, first);
        }

        session.Execute("UPDATE meta SET revision = $0", revision);
        if (first / TrimEvery != revision / TrimEvery || _changesKept < TrimEvery)
        {
            session.Execute("DELETE FROM changes WHERE revision <= $0", revision - _changesKept);
            session.Execute("UPDATE meta SET trimmed = max(trimmed, $0)", revision - _changesKept);
        }

        session.Execute("COMMIT");
        return (first, revision);
    }

    /// <summary>A connection that failed is not used again: whatever state it is in, closing it rolls back.</summary>
    private void Abort()
    {
        _session?.Dispose();
        _session = null;
    }
}
