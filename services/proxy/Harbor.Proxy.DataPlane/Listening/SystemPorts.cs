using System.Globalization;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>What the system says of local ports: which it gives to outgoing connections, and which of those it keeps back.</summary>
internal static class SystemPorts
{
    public const string EphemeralRangeKey = "net.ipv4.ip_local_port_range";
    public const string ReservedPortsKey = "net.ipv4.ip_local_reserved_ports";

    /// <summary>Linux's default, for where it cannot be read.</summary>
    private static (int First, int Last) DefaultRange { get; } = (32768, 60999);

    public static (int First, int Last) EphemeralRange() => ParseRange(Read("/proc/sys/net/ipv4/ip_local_port_range"));

    public static string ReservedPorts() => Read("/proc/sys/net/ipv4/ip_local_reserved_ports").Trim();

    /// <summary>From two numbers divided by white space.</summary>
    internal static (int First, int Last) ParseRange(string text)
    {
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2 && TryParse(parts[0], out var first) && TryParse(parts[1], out var last) ? (first, last) : DefaultRange;
    }

    /// <summary>Whether a list such as <c>8080,35000-40000</c> has all of the range.</summary>
    internal static bool Covers(string reserved, (int First, int Last) range)
    {
        var covered = new HashSet<int>();
        foreach (var part in reserved.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (TryParse(ends[0], out var first) && TryParse(ends[^1], out var last))
            {
                for (var port = Math.Max(first, range.First); port <= Math.Min(last, range.Last); port++)
                {
                    covered.Add(port);
                }
            }
        }

        return covered.Count == range.Last - range.First + 1;
    }

    private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
