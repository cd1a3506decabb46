using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Harbor.State.Sqlite;

/// <summary>
/// Says that a collection of a state file changed: at once for writers of this process, whichever store they belong to, and by polling for other
/// processes, whose changes concern any collection. One per file and process; shared by the stores that have it open.
/// </summary>
internal sealed class SqliteSignal
{
    /// <summary>How long a change by another process may go unnoticed. The poll reads one counter in shared memory.</summary>
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(25);

    private static readonly Dictionary<string, SqliteSignal> _byPath = [];

    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new(StringComparer.Ordinal);
    private long _revision = -1;
    private Task? _poll;
    private int _holders;
    private volatile bool _stopped;

    private SqliteSignal(string path) => _path = path;

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

    /// <summary>Completes with the collection's next change. Take it, then read, then await it: so no change falls between.</summary>
    public Task NextAsync(string collection) => _next.GetOrAdd(collection, static _ => NewSource()).Task;

    /// <summary>A writer of this process brought the file from one revision to another. Where it was not known to be at the first, another process wrote as well.</summary>
    public void Committed(long from, long to, IEnumerable<string> collections)
    {
        lock (_lock)
        {
            var isOurs = from == _revision;
            _revision = Math.Max(_revision, to);
            Pulse(isOurs ? collections : _next.Keys);
        }
    }

    /// <summary>Starts to look for other processes' changes; only a file that someone watches is polled.</summary>
    public void WatchOthers()
    {
        lock (_byPath)
        {
            _poll ??= PollAsync();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Pulse(IEnumerable<string> collections)
    {
        foreach (var collection in collections)
        {
            // Who has not asked for the next change yet will read this one before it waits.
            if (_next.TryRemove(collection, out var source))
            {
                source.TrySetResult();
            }
        }
    }

    /// <summary>The file is at this revision: one that our writers have not told of is another process's, or a file put in the place of ours.</summary>
    private void Found(long revision)
    {
        lock (_lock)
        {
            if (revision != _revision)
            {
                _revision = revision;
                Pulse(_next.Keys);
            }
        }
    }

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
                    Found((long)session.Scalar("SELECT revision FROM meta")!);
                    known = version;
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
