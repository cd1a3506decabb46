using System.Collections.Concurrent;
using Harbor.State.Documents;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Harbor.State.Sqlite;

/// <summary>
/// Documents in one SQLite file, for a Harbor on one machine. Several stores, in one process or in several, may share the file.
/// Owns the writer thread and the connections; disposing of it writes what is queued.
/// </summary>
public sealed class SqliteDocumentStore : IDocumentStore, IDisposable
{
    /// <summary>
    /// Changes kept for watches that are behind: some seconds at the highest rate of writes that the file takes. One that is further behind
    /// starts again with a snapshot, which is then the cheaper way.
    /// </summary>
    internal const int DefaultChangesKept = 16384;

    private static readonly TimeSpan _writeTimeout = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<string, object> _collections = [];
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly Lock _opening = new();
    private readonly int _changesKept;
    private SqliteWriter? _writer;
    private volatile bool _disposed;

    public SqliteDocumentStore(string path, ILogger<SqliteDocumentStore> logger, TimeProvider time)
        : this(path, logger, time, DefaultChangesKept)
    {
    }

    internal SqliteDocumentStore(string path, ILogger<SqliteDocumentStore> logger, TimeProvider time, int changesKept)
    {
        FilePath = Path.GetFullPath(path);
        Logger = logger;
        Time = time;
        _changesKept = changesKept;
        Signal = SqliteSignal.Acquire(FilePath);
    }

    internal string FilePath { get; }

    internal ILogger Logger { get; }

    internal TimeProvider Time { get; }

    internal SqliteSignal Signal { get; }

    public IDocuments<T> Open<T>(DocumentType<T> type)
        where T : Document
        => (IDocuments<T>)_collections.GetOrAdd(type.Collection, static (_, open) => new SqliteDocuments<T>(open.Store, open.Type), (Store: this, Type: type));

    public ValueTask PingAsync(CancellationToken cancellationToken)
    {
        Read(session => session.Scalar("SELECT revision FROM meta"));
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        lock (_opening)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _writer?.Dispose();
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        Signal.Release();
    }

    /// <summary>Reads on the caller's thread: it takes microseconds, and in WAL mode neither waits for a writer nor makes one wait.</summary>
    internal TResult Read<TResult>(Func<SqliteSession, TResult> read)
    {
        var session = default(SqliteSession);
        try
        {
            Writer();
            session = _readers.TryTake(out var idle) ? idle : new SqliteSession(FilePath);
            var result = read(session);
            if (!_disposed)
            {
                _readers.Add(session);
                session = null;
            }

            return result;
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            throw new StateUnavailableException($"Could not read {FilePath}: {exception.Message}", exception);
        }
        finally
        {
            session?.Dispose();
        }
    }

    internal async ValueTask<WriteOutcome> WriteAsync(SqliteWrite write, CancellationToken cancellationToken)
    {
        try
        {
            Writer().Enqueue(write);
            return await write.Done.WaitAsync(_writeTimeout, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new StateUnavailableException($"{FilePath} took no write for {_writeTimeout.TotalSeconds} s.", exception);
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            throw new StateUnavailableException($"Could not open {FilePath}: {exception.Message}", exception);
        }
    }

    private static bool IsUnavailable(Exception exception)
        => exception is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException;

    /// <summary>The file is created with the first use, so that one that cannot be had is an outcome of that use.</summary>
    private SqliteWriter Writer()
    {
        if (Volatile.Read(ref _writer) is { } writer)
        {
            return writer;
        }

        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_writer is null)
            {
                SqliteSchema.Ensure(FilePath);
                Volatile.Write(ref _writer, new SqliteWriter(FilePath, _changesKept, Signal));
            }

            return _writer!;
        }
    }
}
