namespace Harbor.LoadTests.Loads;

/// <summary>What a load of whole lives came to.</summary>
internal sealed record CycleResult(int Ended, TimeSpan Time, IReadOnlyList<Latencies> Steps)
{
    public double PerSecond => Ended / Time.TotalSeconds;
}
