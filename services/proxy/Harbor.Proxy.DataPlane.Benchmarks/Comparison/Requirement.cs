namespace Harbor.Proxy.DataPlane.Benchmarks.Comparison;

/// <summary>What Harbor is to reach in one figure, as a ratio to the better peer of the same run.</summary>
internal sealed record Requirement(string Title, string Work, string Figure, bool MoreIsBetter, double Bound, string? OnlyPeer = null)
{
    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("one TCP stream, GB/s", "stream1", "gigabytes_per_second", true, 1.4),
        new("four streams, GB/s", "stream4", "gigabytes_per_second", true, 1.25),
        new("one stream, CPU s/GB", "stream1", "cpu_seconds_per_gigabyte", false, 0.6),
        new("four streams, CPU s/GB", "stream4", "cpu_seconds_per_gigabyte", false, 0.6),
        new("64 keep-alive, requests/s", "http64", "requests_per_second", true, 1.0),
        new("64 keep-alive, p99 ms", "http64", "p99_milliseconds", false, 1.1),
        new("new connections/s", "connect", "requests_per_second", true, 1.0),
        new("UDP 1,200 bytes, delivered/s", "udp", "datagrams_per_second", true, 2.0, "nginx"),
        new("UDP, CPU us/datagram", "udp", "cpu_microseconds_per_datagram", false, 0.6, "nginx"),
        new("5,000 idle connections, MiB", "idle5000", "grown_mebibytes", false, 1.0, "haproxy"),
        new("one byte to and fro, added us", "latency", "added_microseconds", false, 1.0),
    ];

    /// <summary>Figures without a bound, for the reader.</summary>
    public static IReadOnlyList<Requirement> AlsoShown { get; } =
    [
        new("64 keep-alive, CPU us/request", "http64", "cpu_microseconds_per_request", false, double.NaN),
        new("new connections, p99 ms", "connect", "p99_milliseconds", false, double.NaN),
        new("UDP in runs, delivered/s", "udp-gso", "datagrams_per_second", true, double.NaN, "nginx"),
        new("UDP in runs, CPU us/datagram", "udp-gso", "cpu_microseconds_per_datagram", false, double.NaN, "nginx"),
        new("UDP in runs, RSS grown MiB", "udp-gso", "grown_mebibytes", false, double.NaN, "nginx"),
        new("new connections, CPU us", "connect", "cpu_microseconds_per_request", false, double.NaN),
    ];

    public bool IsMet(double ratio) => double.IsNaN(Bound) || (MoreIsBetter ? ratio >= Bound : ratio <= Bound);
}
