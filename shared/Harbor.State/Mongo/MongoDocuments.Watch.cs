using System.Runtime.CompilerServices;
using Harbor.State.Documents;
using Microsoft.Extensions.Logging;

namespace Harbor.State.Mongo;

internal sealed partial class MongoDocuments<T>
{
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(500);

    public async IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = new MongoWatch<T>(_store, this, idPrefix, known, leaveOut);
        var failing = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<DocumentChange<T>>? changes = null;
            try
            {
                changes = await watch.NextAsync(cancellationToken);
            }
            catch (StateUnavailableException exception)
            {
                if (!failing)
                {
                    failing = true;
                    Log.WatchInterrupted(_store.Logger, Type.Collection, exception);
                }
            }

            if (changes is null)
            {
                await Task.Delay(_retryDelay, _store.Time, cancellationToken);
                continue;
            }

            if (failing)
            {
                failing = false;
                Log.WatchResumed(_store.Logger, Type.Collection);
            }

            foreach (var change in changes)
            {
                yield return change;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5011, LogLevel.Warning, "The watch of {Collection} is interrupted; it goes on when MongoDB is back.")]
        public static partial void WatchInterrupted(ILogger logger, string collection, Exception exception);

        [LoggerMessage(5012, LogLevel.Information, "The watch of {Collection} goes on.")]
        public static partial void WatchResumed(ILogger logger, string collection);
    }
}
