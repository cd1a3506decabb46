using System.Diagnostics;
using Harbor.Contracts.Dea;
using Harbor.Testing;

namespace Harbor.Node.Benchmarks;

/// <summary>100,000 instances appear at once: how long until every one of 5,000 port documents is right.</summary>
internal static class AppearBenchmark
{
    private const int Apps = 5000;
    private const int Deas = 1000;
    private const int InstancesOfADea = 100;

    public static async Task RunAsync(string? mongo, CancellationToken cancellation)
    {
        await using var node = await LiveNode.StartAsync(mongo, Apps, cancellation);
        var heartbeats = Enumerable.Range(0, Deas).Select(dea => Fleet.Heartbeat(dea, InstancesOfADea, place => ((dea * InstancesOfADea) + place) % Apps)).ToList();
        var (commands, written) = (0L, 0L);
        node.Ports.Answered += (_, count) =>
        {
            Interlocked.Increment(ref commands);
            Interlocked.Add(ref written, count);
        };
        var began = Stopwatch.GetTimestamp();
        foreach (var heartbeat in heartbeats)
        {
            await node.Nats.PublishAsync(DeaSubjects.Heartbeat, heartbeat, cancellationToken: cancellation);
        }

        var published = Stopwatch.GetElapsedTime(began);
        const int each = Deas * InstancesOfADea / Apps;
        await Eventually.TrueAsync(
            () => node.View.All.Count(port => port.Backends.Count == each) == Apps, "every port has its backends", TimeSpan.FromMinutes(5), cancellation);
        Console.WriteLine($"{Deas * InstancesOfADea:N0} instances appeared (published in {published.TotalSeconds:N1} s), {Apps:N0} port documents right after {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s on {node.Store}: "
            + $"{written:N0} replaced by {commands:N0} commands");
    }
}
