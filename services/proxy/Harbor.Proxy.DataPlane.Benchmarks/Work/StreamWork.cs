using System.Globalization;
using System.Text.Json.Nodes;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>iperf3 through the relay: as many bytes as go.</summary>
internal sealed class StreamWork(int streams) : IWork
{
    public string Name => streams == 1 ? "stream1" : $"stream{streams}";

    public bool Suits(RelayUnderTest relay) => true;

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        // iperf3's server takes one test at a time and may still be clearing up the one before.
        for (var attempt = 0; attempt < 4; attempt++)
        {
            if (TryRun(relay, length) is { } measured)
            {
                return measured;
            }
        }

        throw new InvalidOperationException($"iperf3 does not get through {relay.Name}.");
    }

    private Measured? TryRun(RelayUnderTest relay, TimeSpan length)
    {
        var before = relay.CpuSeconds;
        var output = Command.Run("iperf3", "-c", "127.0.0.1", "-p", Text(relay.Ports.Stream), "-t", Text((int)length.TotalSeconds), "-P", Text(streams), "-J");
        var cpu = relay.CpuSeconds - before;
        if (JsonNode.Parse(output)?["end"]?["sum_received"] is not { } received)
        {
            return null;
        }

        var bytes = (double)received["bytes"]!;
        return Measured.Of(("gigabytes_per_second", bytes / (double)received["seconds"]! / 1e9), ("cpu_seconds_per_gigabyte", cpu / (bytes / 1e9)));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
