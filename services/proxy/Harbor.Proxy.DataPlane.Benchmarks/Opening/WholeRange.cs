using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Harbor.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.Proxy.DataPlane.Benchmarks.Opening;

/// <summary>A pool's whole range, opened over both transports by a fresh process: how long until all listen, and what its memory grows by.</summary>
internal static class WholeRange
{
    private const int Count = 5_001;
    private const int MostMilliseconds = 1_000;
    private const int MostMebibytes = 30;

    public static async Task<int> RunAsync(string[] args)
    {
        var (engineKind, first) = (RelayEngineKind.Linux, 10_000);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            _ = args[i] switch
            {
                "--engine" => Enum.TryParse(args[i + 1], ignoreCase: true, out engineKind),
                "--first" => int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out first),
                _ => throw new ArgumentException($"Unknown option {args[i]}."),
            };
        }

        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var engine = RelayEngine.Create(new RelayOptions { Engine = engineKind }, TimeProvider.System, services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance);
        var before = Resident();
        var started = Stopwatch.GetTimestamp();
        for (var port = first; port < first + Count; port++)
        {
            var result = await engine.ApplyAsync(Snapshot(port), CancellationToken.None);
            if (!result.IsOpen)
            {
                Console.Error.WriteLine($"{port}: {result.Transport} {result.Reason} {result.Holder}; --first names another range");
                return 2;
            }
        }

        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var mebibytes = (Resident() - before) / (1024.0 * 1024.0);
        var descriptors = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        var isMet = milliseconds <= MostMilliseconds && mebibytes <= MostMebibytes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{engine.Name}: {Count} ports of both transports listen after {milliseconds:0} ms (at most {MostMilliseconds}); RSS grew by {mebibytes:0.0} MiB (at most {MostMebibytes}); {descriptors} descriptors{(isMet ? "" : "  SHORT")}"));
        return isMet ? 0 : 1;
    }

    private static PortSnapshot Snapshot(int port) => new()
    {
        Port = port,
        Transports = Transports.Both,
        Owner = $"instance {port}",
        Backends = [new BackendSnapshot { Address = new IPEndPoint(IPAddress.Loopback, 9), Identity = $"backend of {port}" }],
    };

    private static long Resident() => ResidentMemory.BytesOf(Environment.ProcessId);
}
