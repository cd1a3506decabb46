using System.Diagnostics;
using Harbor.Contracts.Dea;
using Harbor.Testing;

namespace Harbor.Node.Benchmarks;

/// <summary>
/// 1,000 changes a second for 20 s, each of another port, after 50 s of the same: from the publishing of an event to the store's word that its port document is changed,
/// and to the document as a watch beside the node shows it.
/// </summary>
internal static class LatencyBenchmark
{
    private const int Apps = 5000;
    private const int Rate = 1000;
    private const int Seconds = 20;

    /// <summary>Until the node is at rest. Every port an even number of times, so that each of the changes that are measured is one; and what the first ones take is the time of the compiler, here and in the store.</summary>
    private const int WarmUpSeconds = 50;

    public static async Task RunAsync(string? mongo, CancellationToken cancellation)
    {
        await using var node = await LiveNode.StartAsync(mongo, Apps, cancellation);
        var heartbeats = Enumerable.Range(0, Apps).Select(Without).Concat(Enumerable.Range(0, Apps).Select(With)).ToList();
        await ChangeAsync(node, heartbeats, WarmUpSeconds, _ => { }, cancellation);
        var (written, seen, commands) = (new Latencies(), new Latencies(), new Latencies());
        var (toWrite, toSee) = (new long[Apps], new long[Apps]);
        var documents = 0L;
        node.Ports.Written += port => Take(toWrite, port.Port, written);
        node.View.Changed += change => Take(toSee, change.After!.Port, seen);
        node.Ports.Answered += (since, count) =>
        {
            commands.Add(Stopwatch.GetElapsedTime(since));
            Interlocked.Add(ref documents, count);
        };
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        await ChangeAsync(node, heartbeats, Seconds, app => toWrite[app] = toSee[app] = Stopwatch.GetTimestamp(), cancellation);
        await Eventually.TrueAsync(() => seen.Count >= Rate * Seconds * 99 / 100, "the last changes", TimeSpan.FromSeconds(10), cancellation);
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        Console.WriteLine($"{Rate * Seconds:N0} changes at {Rate} a second on {node.Store}, publish to document changed: {written}");
        Console.WriteLine($"  to the document as a watch shows it ({seen.Count:N0}): {seen}");
        Console.WriteLine($"  {commands.Count:N0} commands of {documents / (double)commands.Count:N1} documents: {commands}; node and publisher used {used.TotalSeconds / Stopwatch.GetElapsedTime(began).TotalSeconds:P0} of a core");
    }

    private static async Task ChangeAsync(LiveNode node, List<byte[]> heartbeats, int seconds, Action<int> publishing, CancellationToken cancellation)
    {
        // A publisher that spun until the next event is due would take one of the two cores from node and store.
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var number = 0; number < Rate * seconds && await timer.WaitForNextTickAsync(cancellation);)
        {
            for (var due = Math.Min(Rate * seconds, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * Rate)); number < due; number++)
            {
                publishing(number % Apps);
                await node.Nats.PublishAsync(DeaSubjects.Heartbeat, heartbeats[(number + Apps) % (2 * Apps)], cancellationToken: cancellation);
            }
        }
    }

    private static void Take(long[] since, int port, Latencies latencies)
    {
        if (Interlocked.Exchange(ref since[port - LiveNode.FirstPort], 0) is > 0 and var published)
        {
            latencies.Add(Stopwatch.GetElapsedTime(published));
        }
    }

    private static byte[] With(int app) => Fleet.Heartbeat(app, 2, place => place == 0 ? app : Apps + 1);

    private static byte[] Without(int app) => Fleet.Heartbeat(app, 3, place => place == 0 ? app : Apps + 1, except: 0);
}
