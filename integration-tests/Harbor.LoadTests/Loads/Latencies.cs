using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Harbor.LoadTests.Loads;

/// <summary>How long the calls of one kind took.</summary>
internal sealed class Latencies(string name)
{
    private readonly ConcurrentBag<TimeSpan> _all = [];

    public void Add(TimeSpan time) => _all.Add(time);

    public void Add(Latencies others)
    {
        foreach (var time in others._all)
        {
            _all.Add(time);
        }
    }

    /// <summary>In milliseconds, what this share of the calls did not exceed.</summary>
    public double At(double share) => _all.IsEmpty ? double.NaN : At([.. _all.Order()], share);

    public async Task<T> MeasureAsync<T>(Func<Task<T>> call)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await call();
        _all.Add(Stopwatch.GetElapsedTime(began));
        return result;
    }

    public Task MeasureAsync(Func<Task> call) => MeasureAsync(async () =>
    {
        await call();
        return true;
    });

    public override string ToString()
    {
        TimeSpan[] sorted = [.. _all.Order()];
        return sorted.Length == 0
            ? $"{name,-12} none"
            : string.Create(CultureInfo.InvariantCulture, $"{name,-12} {sorted.Length,6} calls, median {At(sorted, 0.5):F1} ms, p99 {At(sorted, 0.99):F1} ms, longest {At(sorted, 1):F1} ms");
    }

    private static double At(TimeSpan[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)].TotalMilliseconds;
}
