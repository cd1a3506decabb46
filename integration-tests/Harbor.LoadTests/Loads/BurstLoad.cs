using System.Diagnostics;
using System.Globalization;
using Harbor.LoadTests.Checks;
using Harbor.LoadTests.Platforms;

namespace Harbor.LoadTests.Loads;

/// <summary>
/// Provisions all at once, then as many more while the first ones are deprovisioned, then deprovisions those too; and looks after each whether store and
/// sockets hold what the platform was told, and nothing else.
/// </summary>
internal sealed class BurstLoad(Platform platform, Inspection inspection, int count, Action<string> print)
{
    private const int InstancesPerOrganization = 50;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (first, second) = (Ids("a"), Ids("b"));
        await MeasureAsync($"{count} provisions at once", count, () => ProvisionAsync(first, cancellationToken));
        await inspection.HoldsAsync(first, cancellationToken);
        await MeasureAsync(
            $"{count} provisions and {count} deprovisions at once", 2 * count,
            () => Task.WhenAll(ProvisionAsync(second, cancellationToken), DeprovisionAsync(first, cancellationToken)));
        await inspection.HoldsAsync(second, cancellationToken);
        await MeasureAsync($"{count} deprovisions at once", count, () => DeprovisionAsync(second, cancellationToken));
        await inspection.HoldsAsync([], cancellationToken);
    }

    private async Task MeasureAsync(string what, int operations, Func<Task> work)
    {
        var postponed = platform.Postponed;
        var began = Stopwatch.GetTimestamp();
        await work();
        var time = Stopwatch.GetElapsedTime(began);
        print(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {time.TotalSeconds:F2} s, {operations / time.TotalSeconds:F0} a second, {platform.Postponed - postponed} of them answered 202 and polled"));
    }

    private Task ProvisionAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
        => Task.WhenAll(ids.Select((id, index) => platform.ProvisionAsync(id, $"{id[..1]}-org-{index / InstancesPerOrganization}", cancellationToken)));

    private Task DeprovisionAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
        => Task.WhenAll(ids.Select(id => platform.DeprovisionAsync(id, cancellationToken)));

    private IReadOnlyList<string> Ids(string prefix) => [.. Enumerable.Range(0, count).Select(_ => $"{prefix}-{Guid.NewGuid():D}")];
}
