using Harbor.Proxy.DataPlane.Benchmarks.Work;

namespace Harbor.Proxy.DataPlane.Benchmarks.Comparison;

/// <summary>All that was measured, by work and relay.</summary>
internal sealed class Results
{
    private readonly Dictionary<(string Work, string Relay), List<Measured>> _runs = [];

    public void Add(string work, string relay, Measured measured)
    {
        if (!_runs.TryGetValue((work, relay), out var runs))
        {
            _runs[(work, relay)] = runs = [];
        }

        runs.Add(measured);
    }

    /// <summary>Every run, in order; empty where that relay has not done that work.</summary>
    public double[] Runs(string work, string relay, string figure) => _runs.TryGetValue((work, relay), out var runs) ? [.. runs.Select(run => run.Figures[figure])] : [];

    /// <summary>Null where that relay has not done that work.</summary>
    public double? Median(string work, string relay, string figure)
    {
        double[] sorted = [.. Runs(work, relay, figure).Order()];
        if (sorted.Length == 0)
        {
            return null;
        }

        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
