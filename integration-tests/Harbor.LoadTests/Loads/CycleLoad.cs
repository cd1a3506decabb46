using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Harbor.LoadTests.Platforms;

namespace Harbor.LoadTests.Loads;

/// <summary>
/// Whole lives of service instances (provision, bind, unbind, deprovision), one after the other in each of several lanes. Every life has an id of its own, and
/// every so many an organization of their own, as on a platform; a port that two lives have at once fails the load.
/// </summary>
internal sealed class CycleLoad(Platform platform, int lanes)
{
    private const int InstancesPerOrganization = 50;

    private readonly ConcurrentDictionary<int, string> _held = new();
    private int _started;

    /// <summary>Lives that ended, a second; and how long each step took.</summary>
    public async Task<CycleResult> RunAsync(TimeSpan duration, int most, CancellationToken cancellationToken)
    {
        Latencies[] steps = [new("provision"), new("bind"), new("unbind"), new("deprovision")];
        var ended = 0;
        var left = most;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(
            async () =>
            {
                while (Stopwatch.GetElapsedTime(began) < duration && Interlocked.Decrement(ref left) >= 0)
                {
                    await LiveAsync(steps, cancellationToken);
                    Interlocked.Increment(ref ended);
                }
            },
            cancellationToken)));
        return new CycleResult(ended, Stopwatch.GetElapsedTime(began), steps);
    }

    private async Task LiveAsync(Latencies[] steps, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _started);
        var id = Guid.NewGuid().ToString("D");
        var organization = string.Create(CultureInfo.InvariantCulture, $"org-{number / InstancesPerOrganization}");
        await steps[0].MeasureAsync(() => platform.ProvisionAsync(id, organization, cancellationToken));
        var port = await steps[1].MeasureAsync(() => platform.BindAsync(id, $"{id}-b", $"{id}-app", cancellationToken));
        if (!_held.TryAdd(port, id))
        {
            throw new LoadFailedException($"Port {port} is {id}'s and also {_held[port]}'s.");
        }

        await steps[2].MeasureAsync(() => platform.UnbindAsync(id, $"{id}-b", cancellationToken));

        // Before the delete: from then on it may be somebody else's.
        _held.TryRemove(port, out _);
        await steps[3].MeasureAsync(() => platform.DeprovisionAsync(id, cancellationToken));
    }
}
