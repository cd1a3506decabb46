using System.Globalization;

namespace Harbor.Proxy.Routing;

/// <summary>The configured port ranges of pools, as far as a worker needs them: the gateway owns the rest of <c>Harbor:Pools</c>, and checks it.</summary>
public sealed class PoolRangeOptions : Dictionary<string, PoolRangeOptions.Pool>
{
    public const string Section = "Harbor:Pools";

    private static readonly (int First, int Last) _default = (35_000, 40_000);

    /// <summary>35000-40000 where none is configured, as the original had it.</summary>
    public (int First, int Last) RangeOf(string pool)
        => TryGetValue(pool, out var configured) && configured.PortRange?.Split('-') is [var first, var last]
            && int.TryParse(first, CultureInfo.InvariantCulture, out var from) && int.TryParse(last, CultureInfo.InvariantCulture, out var to)
            ? (from, to)
            : _default;

    /// <summary>One pool's range.</summary>
    public sealed class Pool
    {
        /// <summary>First and last port, such as <c>35000-40000</c>.</summary>
        public string? PortRange { get; set; }
    }
}
