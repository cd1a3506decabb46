using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Harbor.Proxy.DataPlane.Linux;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.Proxy.DataPlane.Benchmarks.Soaking;

/// <summary>
/// Random traffic on one port while its backends and rules change, for as long as asked: every byte that comes back is checked, and at the end
/// no descriptor, session or pooled buffer may be left. Exit code 1 says that something was wrong.
/// </summary>
internal static class Soak
{
    private const int Workers = 24;
    private const int Port = 22900;

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = Option(args, "--seconds", 600);
        var seed = Option(args, "--seed", Random.Shared.Next());
        var kind = Enum.Parse<RelayEngineKind>(args.SkipWhile(arg => arg != "--engine").Skip(1).FirstOrDefault("auto"), ignoreCase: true);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var engine = RelayEngine.Create(
            new RelayOptions { Engine = kind, HalfCloseTimeout = TimeSpan.FromSeconds(10) }, TimeProvider.System, services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance);
        Console.WriteLine($"soak of the {engine.Name} engine, {seconds} s, seed {seed}");
        using var backends = new EchoBackends(3);
        // The first round brings the runtime's own descriptors into being; the count is of what comes after.
        var tally = new SoakTally();
        await RunForAsync(engine, backends, TimeSpan.FromSeconds(1), seed, tally);
        await CloseAsync(engine);
        var descriptors = Descriptors();
        var started = Stopwatch.GetTimestamp();
        await RunForAsync(engine, backends, TimeSpan.FromSeconds(seconds), seed + 1, tally);
        Console.WriteLine($"{tally} in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
        return await CheckAsync(engine, descriptors, tally);
    }

    private static async Task RunForAsync(IRelayEngine engine, EchoBackends backends, TimeSpan length, int seed, SoakTally tally)
    {
        using var over = new CancellationTokenSource(length);
        await engine.ApplyAsync(Snapshot(backends.All), CancellationToken.None);
        var changing = ChangeAsync(engine, backends, new Random(seed), over.Token);
        await Task.WhenAll(Enumerable.Range(1, Workers).Select(async worker =>
        {
            var random = new Random(seed + worker);
            while (!over.IsCancellationRequested)
            {
                await (worker % 4 == 0 ? SoakRounds.UdpAsync(Port, random, tally) : SoakRounds.TcpAsync(Port, random, tally));
            }
        }));
        await changing;
    }

    private static async Task ChangeAsync(IRelayEngine engine, EchoBackends backends, Random random, CancellationToken over)
    {
        var snapshot = Snapshot(backends.All);
        while (!over.IsCancellationRequested)
        {
            snapshot = random.Next(4) switch
            {
                0 => snapshot with { Backends = [.. backends.All.Where(_ => random.Next(3) > 0).DefaultIfEmpty(backends.All[0])] },
                1 => snapshot with { Backends = [.. backends.All.Select(backend => backend with { Draining = random.Next(2) == 0 })] },
                2 => snapshot with { Tcp = snapshot.Tcp with { Balance = (BalanceMode)random.Next(5), Hold = TimeSpan.FromSeconds(random.Next(3)) } },
                _ => snapshot with { Udp = snapshot.Udp with { Balance = (BalanceMode)random.Next(5), IdleTimeout = TimeSpan.FromSeconds(random.Next(1, 10)) } },
            };
            await engine.ApplyAsync(snapshot, CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 50)), TimeProvider.System, CancellationToken.None);
        }
    }

    private static async Task<int> CheckAsync(IRelayEngine engine, Dictionary<string, int> before, SoakTally tally)
    {
        var settled = await UntilAsync(() => engine.GetCounters(Port, Transport.Tcp)!.Active == 0);
        var left = engine.GetCounters(Port, Transport.Tcp)!.Active;
        await CloseAsync(engine);
        var sameDescriptors = await UntilAsync(() => MoreThan(before) == "");
        var rented = engine is LinuxRelayEngine linux ? linux.RentedBuffers : 0;
        Console.WriteLine($"left: {left} connections, descriptors [{MoreThan(before)}], {rented} pooled buffers; wrong: {tally.Wrong}");
        return settled && sameDescriptors && rented == 0 && tally.Wrong == 0 && tally.Whole > 0 ? 0 : 1;
    }

    private static async Task CloseAsync(IRelayEngine engine) => await engine.CloseAsync(Port);

    private static PortSnapshot Snapshot(IEnumerable<BackendSnapshot> backends) =>
        new() { Port = Port, Transports = Transports.Both, Owner = "soak", Backends = [.. backends] };

    private static async Task<bool> UntilAsync(Func<bool> condition)
    {
        for (var attempt = 0; attempt < 200 && !condition(); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        return condition();
    }

    /// <summary>How many of each kind that a relay makes: assemblies that the runtime loads late are files, and none of its business.</summary>
    private static Dictionary<string, int> Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "")
        .GroupBy(target => target.Split(':')[0])
        .Where(group => group.Key is "socket" or "anon_inode" or "pipe")
        .ToDictionary(group => group.Key, group => group.Count());

    private static string MoreThan(Dictionary<string, int> before) =>
        string.Join(", ", Descriptors().Where(kind => kind.Value > before.GetValueOrDefault(kind.Key)).Select(kind => $"{kind.Key} +{kind.Value - before.GetValueOrDefault(kind.Key)}"));

    private static int Option(string[] args, string name, int otherwise) =>
        args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault() is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
