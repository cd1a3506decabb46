namespace Harbor.Node.Dea;

/// <summary>
/// Lets one message of each kind into the log in ten seconds, and counts the others: what a publisher sends by the thousand must not become the log's flood.
/// Every one is in the metrics. Safe for use by several threads.
/// </summary>
internal sealed class LogThrottle<TKind>(TimeProvider time)
    where TKind : notnull
{
    private static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<TKind, (long PassedAt, long HeldBack)> _kinds = [];

    /// <param name="kind">Of a bounded number of kinds.</param>
    /// <param name="heldBack">How many of this kind have not passed since the last that has.</param>
    public bool TryPass(TKind kind, out long heldBack)
    {
        lock (_gate)
        {
            var known = _kinds.TryGetValue(kind, out var last);
            heldBack = last.HeldBack;
            if (known && time.GetElapsedTime(last.PassedAt) < Interval)
            {
                _kinds[kind] = (last.PassedAt, heldBack + 1);
                return false;
            }

            _kinds[kind] = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
