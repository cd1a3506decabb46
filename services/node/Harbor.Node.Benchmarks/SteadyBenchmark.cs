using System.Buffers;
using System.Diagnostics;
using Harbor.Contracts.Dea;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Benchmarks;

/// <summary>1,000 DEAs of 100 instances each send their heartbeats, and nothing changes: what reading and comparing them costs.</summary>
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

        Round(table, changes, heartbeats);
        Round(table, changes, heartbeats);
        changes.Clear();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        for (var round = 0; round < Rounds; round++)
        {
            Round(table, changes, heartbeats);
        }

        var perRound = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / Rounds;
        Console.WriteLine($"{Deas} heartbeats of 100 instances ({heartbeats[0].Length:N0} bytes each): {perRound.TotalMilliseconds:N0} ms of CPU, "
            + $"{(GC.GetAllocatedBytesForCurrentThread() - allocated) / Rounds / 1048576.0:N1} MiB allocated; every 10 s that is {perRound.TotalSeconds * 10:N2} % of a core; changed ports: {changes.Ports.Count}");
    }

    private static void Round(RouteTable table, RouteChanges changes, List<byte[]> heartbeats)
    {
        foreach (var heartbeat in heartbeats)
        {
            DeaMessages.TryRead(DeaSubjects.Heartbeat, new ReadOnlySequence<byte>(heartbeat), out var occurrence);
            table.Apply(occurrence!, TimeProvider.System.GetUtcNow(), changes);
        }
    }
}
