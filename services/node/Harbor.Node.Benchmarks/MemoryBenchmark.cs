using System.Buffers;
using Harbor.Contracts.Dea;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Benchmarks;

/// <summary>What an instance costs in memory: a million of them, on 10,000 DEAs, of 50,000 applications.</summary>
internal static class MemoryBenchmark
{
    public static void Run()
    {
        const int deas = 10_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var table = new RouteTable(new());
        var changes = new RouteChanges();
        for (var dea = 0; dea < deas; dea++)
        {
            DeaMessages.TryRead(DeaSubjects.Heartbeat, new ReadOnlySequence<byte>(Fleet.Heartbeat(dea, 100, place => ((dea * 100) + place) % 50_000)), out var occurrence);
            table.Apply(occurrence!, TimeProvider.System.GetUtcNow(), changes);
            changes.Clear();
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"{table.InstanceCount:N0} instances: {bytes / 1048576.0:N0} MiB, {bytes / (double)table.InstanceCount:N0} bytes each");
        GC.KeepAlive(table);
    }
}
