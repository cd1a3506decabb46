using System.Diagnostics;

namespace Harbor.Testing;

/// <summary>
/// Waits for a condition that has no event to await: asks again until it holds, and where it does not in time says what was missing.
/// The real clock is right here, and only here: what is waited for happens in other processes and threads, which no fake clock drives.
/// </summary>
public static class Eventually
{
    /// <summary>Long, because it bounds failure only: a condition that holds ends the wait at once. Two cores may be shared by everything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="GetAsync{T}(Func{Task{T}}, Func{T, bool}, string, TimeSpan?, CancellationToken)"/>
    public static Task TrueAsync(Func<bool> condition, string expected, TimeSpan? patience = null, CancellationToken cancellationToken = default) =>
        GetAsync(() => Task.FromResult(condition()), holds => holds, expected, patience, cancellationToken);

    /// <inheritdoc cref="GetAsync{T}(Func{Task{T}}, Func{T, bool}, string, TimeSpan?, CancellationToken)"/>
    public static Task TrueAsync(Func<Task<bool>> condition, string expected, TimeSpan? patience = null, CancellationToken cancellationToken = default) =>
        GetAsync(condition, holds => holds, expected, patience, cancellationToken);

    /// <summary>Reads until what was read is as wanted, and returns it. An exception while reading counts as "not yet".</summary>
    /// <param name="expected">What is waited for, as the failure says it: "port 20001 listens".</param>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> read, Func<T, bool> wanted, string expected, TimeSpan? patience = null, CancellationToken cancellationToken = default)
    {
        var limit = patience ?? Patience;
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Exception? failure = null;
            var seen = default(T);
            try
            {
                seen = await read();
                if (wanted(seen))
                {
                    return seen;
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                failure = exception;
            }

            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException($"Not seen within {limit}: {expected}. Last seen: {failure?.ToString() ?? seen?.ToString() ?? "nothing"}", failure);
            }

            await Task.Delay(_pause, TimeProvider.System, cancellationToken);
        }
    }
}
