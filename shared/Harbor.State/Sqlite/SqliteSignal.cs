using Microsoft.Data.Sqlite;

namespace Harbor.State.Sqlite;

/// <summary>
/// Says that a state file changed: at once for writers of this process, whichever store they belong to, and by polling SQLite's
/// <c>data_version</c> for other processes. One per file and process; shared by the stores that have it open.
/// </summary>
internal sealed class SqliteSignal
{
    /// <summary>How long a change by another process may go unnoticed. The poll reads one counter in shared memory.</summary>
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(25);

    private static readonly Dictionary<string, SqliteSignal> _byPath = [];

    private readonly string _path;
    private TaskCompletionSource _next = NewSource();
    private Task? _poll;
    private int _holders;
    private volatile bool _stopped;

    private SqliteSignal(string path) => _path = path;

    /// <summary>Completes with the next change. Take it, then read, then await it: so no change falls between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public static SqliteSignal Acquire(string path)
    {
        lock (_byPath)
        {
            if (!_byPath.TryGetValue(path, out var signal))
            {
                _byPath.Add(path, signal = new SqliteSignal(path));
            }

            signal._holders++;
            return signal;
        }
    }

    public void Release()
    {
        lock (_byPath)
        {
            if (--_holders == 0)
            {
                _byPath.Remove(_path);
                _stopped = true;
            }
        }
    }

    public void Pulse() => Interlocked.Exchange(ref _next, NewSource()).TrySetResult();

    /// <summary>Starts to look for other processes' changes; only a file that someone watches is polled.</summary>
    public void WatchOthers()
    {
        lock (_byPath)
        {
            _poll ??= PollAsync();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task PollAsync()
    {
        SqliteSession? session = null;
        object? known = null;
        while (!_stopped)
        {
            try
            {
                session ??= new SqliteSession(_path);
                var version = session.Scalar("PRAGMA data_version");
                if (!Equals(version, known))
                {
                    known = version;
                    Pulse();
                }
            }
            catch (SqliteException)
            {
                // The watches read the file themselves and report what is wrong with it.
                session?.Dispose();
                session = null;
            }

            await Task.Delay(_pollInterval, TimeProvider.System);
        }

        session?.Dispose();
    }
}
