using System.Globalization;
using System.Text.RegularExpressions;
using Harbor.Proxy.DataPlane.Benchmarks.Relays;

namespace Harbor.Proxy.DataPlane.Benchmarks.Work;

/// <summary>wrk through the relay: small answers over 64 connections that stay, or over one new connection for each.</summary>
internal sealed partial class HttpWork(bool keepAlive) : IWork
{
    public string Name => keepAlive ? "http64" : "connect";

    public bool Suits(RelayUnderTest relay) => true;

    public Measured Run(RelayUnderTest relay, TimeSpan length)
    {
        var seconds = ((int)length.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var url = $"http://127.0.0.1:{relay.Ports.Http}/";
        var before = relay.CpuSeconds;
        var output = keepAlive
            ? Command.Run("wrk", "-t1", "-c64", $"-d{seconds}", "--latency", url)
            : Command.Run("wrk", "-t1", "-c64", $"-d{seconds}", "--latency", "-H", "Connection: close", url);
        var cpu = relay.CpuSeconds - before;
        var requests = double.Parse(Requests().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var p99 = Slowest().Match(output);
        var milliseconds = double.Parse(p99.Groups[1].Value, CultureInfo.InvariantCulture) * p99.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
        var errors = Errors().Match(output);
        if (errors.Success)
        {
            Console.Error.WriteLine($"{relay.Name} {Name}: {errors.Value.Trim()}");
        }

        return Measured.Of(("requests_per_second", requests), ("p99_milliseconds", milliseconds), ("cpu_microseconds_per_request", cpu / (requests * length.TotalSeconds) * 1e6));
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Requests();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Slowest();

    [GeneratedRegex(@"Socket errors: connect \d+, read \d+, write \d+, timeout \d+|Non-2xx.*")]
    private static partial Regex Errors();
}
