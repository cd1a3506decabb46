using System.Buffers;
using System.Diagnostics;
using Harbor.Contracts.Dea;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Benchmarks;

/// <summary>1,000 DEAs of 100 instances each send their heartbeats, and nothing changes: what knowing them again costs, and what it would to read and compare them.</summary>
internal static class SteadyBenchmark
{
    private const int Deas = 1000;
    private const int Rounds = 30;

    public static void Run()
    {
        var heartbeats = Enumerable.Range(0, Deas).Select(dea => Fleet.Heartbeat(dea, 100, place => place)).ToList();
        var table = new RouteTable(new());
        var changes = new RouteChanges();
        for (var app = 0; app < 100; app++)
        {
            table.SetPort($"default/{35000 + app}", [(Fleet.AppOf(app), 4100)], TimeProvider.System.GetUtcNow(), changes);
        }

        Measure("as the DEAs send them", table, changes, heartbeats, isKnown: true);
        Measure("each read and compared", table, changes, heartbeats, isKnown: false);
    }

    private static void Measure(string name, RouteTable table, RouteChanges changes, List<byte[]> heartbeats, bool isKnown)
    {
        // What is to be known is applied twice first, and compiled.
        for (var round = 0; round < 3; round++)
        {
            Round(table, changes, heartbeats, isKnown);
        }

        changes.Clear();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        for (var round = 0; round < Rounds; round++)
        {
            Round(table, changes, heartbeats, isKnown);
        }

        var perRound = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / Rounds;
        Console.WriteLine($"{Deas} heartbeats of 100 instances ({heartbeats[0].Length:N0} bytes each), {name}: {perRound.TotalMilliseconds:N1} ms of CPU, "
            + $"{(GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds / 1048576.0:N1} MiB allocated; every 10 s that is {perRound.TotalSeconds * 10:N3} % of a core; changed ports: {changes.Ports.Count}");
    }

    private static void Round(RouteTable table, RouteChanges changes, List<byte[]> heartbeats, bool isKnown)
    {
        foreach (var heartbeat in heartbeats)
        {
            var payload = new ReadOnlySequence<byte>(heartbeat);
            UInt128? fingerprint = isKnown ? HeartbeatFingerprint.Of(payload) : null;
            if (fingerprint is { } known && table.TryRepeat(known, TimeProvider.System.GetUtcNow()))
            {
                continue;
            }

            DeaMessages.TryRead(DeaSubjects.Heartbeat, payload, out var occurrence);
            table.Apply((HeartbeatReceived)occurrence! with { Fingerprint = fingerprint }, TimeProvider.System.GetUtcNow(), changes);
        }
    }
}
