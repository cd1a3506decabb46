using System.Globalization;

namespace Harbor.Proxy.DataPlane.Admission;

/// <summary>
/// What the ports of an engine share. Every socket takes a descriptor here before it is made: a listener one, a TCP connection two (client and
/// backend), a UDP session one. When they run out, new connections and sessions are shed; those that are there stay.
/// </summary>
internal sealed class RelayLimits(RelayOptions options, int descriptorLimit)
{
    /// <summary>Left to the rest of the process: files, the store, the bus, health and metrics.</summary>
    internal const int KeptForOthers = 512;

    private const int UnknownLimit = 1_000_000;

    public SharedLimit Descriptors { get; } = new(Math.Max(descriptorLimit - KeptForOthers, descriptorLimit / 2));

    public SharedLimit Connections { get; } = new(options.MaxConnections > 0 ? options.MaxConnections : int.MaxValue / 2);

    public SharedLimit Sessions { get; } = new(options.MaxSessions > 0 ? options.MaxSessions : int.MaxValue / 2);

    /// <summary>The process's own limit (the runtime has raised it to the hard one), where the system tells.</summary>
    public static int ReadDescriptorLimit()
    {
        const string path = "/proc/self/limits";
        if (!File.Exists(path))
        {
            return UnknownLimit;
        }

        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("Max open files", StringComparison.Ordinal))
            {
                var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                return int.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? Math.Min(limit, UnknownLimit) : UnknownLimit;
            }
        }

        return UnknownLimit;
    }
}
