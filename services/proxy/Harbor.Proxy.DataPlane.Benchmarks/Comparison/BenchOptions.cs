using System.Globalization;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Comparison;

/// <summary>The command line of a comparison.</summary>
internal sealed record BenchOptions
{
    /// <summary>Times that every relay does every work; medians are taken over them.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Length of one run of one work.</summary>
    public int Seconds { get; init; } = 3;

    /// <summary>The works to do; empty is all.</summary>
    public string[] Works { get; init; } = [];

    public string[] Relays { get; init; } = [.. RelayStarter.All.Where(relay => relay != RelayStarter.Before)];

    /// <summary>The benchmark's assembly of another build, which takes part as one relay more.</summary>
    public string? Before { get; init; }

    public IEnumerable<string> AllRelays => Before is null ? Relays : [.. Relays, RelayStarter.Before];

    public string? JsonPath { get; init; }

    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = args[i + 1];
            options = args[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--rows" => options with { Works = value.Split(',') },
                "--relays" => options with { Relays = value.Split(',') },
                "--before" => options with { Before = Path.GetFullPath(value) },
                "--json" => options with { JsonPath = value },
                _ => throw new ArgumentException($"Unknown option {args[i]}."),
            };
        }

        return options;
    }
}
