namespace Harbor.Node.Benchmarks;

/// <summary>How long the same thing took, many times. Safe for use by several threads.</summary>
internal sealed class Latencies
{
    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _milliseconds.Count;
            }
        }
    }

    public void Add(TimeSpan time)
    {
        lock (_gate)
        {
            _milliseconds.Add(time.TotalMilliseconds);
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            _milliseconds.Sort();
            return _milliseconds.Count == 0
                ? "none"
                : $"median {_milliseconds[_milliseconds.Count / 2]:N1} ms, p99 {_milliseconds[_milliseconds.Count * 99 / 100]:N1} ms, highest {_milliseconds[^1]:N1} ms";
        }
    }
}
