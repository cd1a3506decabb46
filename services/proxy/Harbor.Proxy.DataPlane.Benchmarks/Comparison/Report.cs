using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Comparison;

/// <summary>The table, and the same as JSON. A figure that falls short is marked; the exit code says whether one did.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    public static int Write(Results results, BenchOptions options)
    {
        var rows = new JsonArray();
        var fallenShort = 0;
        var columns = RelayStarter.All.Where(relay => relay != RelayStarter.Before || options.Before is not null).ToArray();
        var congestion = File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control").Trim();
        Console.WriteLine($"{options.Rounds} rounds of {options.Seconds} s, {Environment.ProcessorCount} processors, TCP {congestion}");
        Console.WriteLine($"{"work",-32}{string.Concat(columns.Select(relay => $"{relay,16}"))}{"ratio",9}  required");
        foreach (var requirement in Requirement.All.Concat(Requirement.AlsoShown))
        {
            var medians = columns.ToDictionary(relay => relay, relay => results.Median(requirement.Work, relay, requirement.Figure));
            if (medians[RelayStarter.Harbor] is not { } ours || BestPeer(requirement, medians) is not { } best)
            {
                continue;
            }

            var ratio = ours / best;
            var isMet = requirement.IsMet(ratio);
            fallenShort += isMet ? 0 : 1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{requirement.Title,-32}{string.Concat(medians.Values.Select(Cell))}{ratio,9:0.00}  {Bound(requirement, isMet)}"));
            rows.Add(new JsonObject
            {
                ["title"] = requirement.Title,
                ["work"] = requirement.Work,
                ["figure"] = requirement.Figure,
                ["medians"] = new JsonObject(medians.Where(median => median.Value is not null).Select(median => KeyValuePair.Create(median.Key, (JsonNode?)median.Value))),
                ["runs"] = new JsonObject(medians.Keys.Select(relay => KeyValuePair.Create(relay, (JsonNode?)new JsonArray([.. results.Runs(requirement.Work, relay, requirement.Figure)])))),
                ["ratio"] = ratio,
                ["bound"] = double.IsNaN(requirement.Bound) ? null : requirement.Bound,
                ["met"] = isMet,
            });
        }

        if (options.JsonPath is { } path)
        {
            var report = new JsonObject { ["rounds"] = options.Rounds, ["seconds"] = options.Seconds, ["processors"] = Environment.ProcessorCount, ["congestion_control"] = congestion, ["rows"] = rows };
            File.WriteAllText(path, report.ToJsonString(_indented));
        }

        return fallenShort == 0 ? 0 : 1;
    }

    private static double? BestPeer(Requirement requirement, Dictionary<string, double?> medians)
    {
        var peers = medians.Where(median => median.Key is not (RelayStarter.Harbor or RelayStarter.Before) && (requirement.OnlyPeer is null || median.Key == requirement.OnlyPeer)).Select(median => median.Value);
        return requirement.MoreIsBetter ? peers.Max() : peers.Min();
    }

    private static string Cell(double? value) => value is { } number ? number.ToString(number < 10 ? "0.000" : "#,0.0", CultureInfo.InvariantCulture).PadLeft(16) : "-".PadLeft(16);

    private static string Bound(Requirement requirement, bool isMet) => double.IsNaN(requirement.Bound)
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{(requirement.MoreIsBetter ? "at least" : "at most")} {requirement.Bound}{(isMet ? "" : "  SHORT")}");
}
