using System.CommandLine;
using System.Diagnostics;
using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Systems;
using NATS.Client.Core;

namespace Harbor.LoadTests.Commands;

/// <summary><c>ingest</c>: what several nodes write in the time of one.</summary>
internal sealed class IngestCommand : LoadCommand
{
    private readonly Option<int> _nodes = new("--nodes") { Description = "Nodes that share the DEAs", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _quota = new("--quota") { Description = "Percent of one processor that each node gets; 0: as much as there is", DefaultValueFactory = _ => 0 };
    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Rounds before, without a quota: until the programs are compiled as they stay", DefaultValueFactory = _ => 40 };
    private readonly Option<int> _settle = new("--settle") { Description = "Seconds of rounds before, with the quota: until the nodes are at rest", DefaultValueFactory = _ => 45 };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds that are measured", DefaultValueFactory = _ => 5 };

    public IngestCommand()
        : base("ingest", "Nodes over MongoDB: an instance of every port's application appears, and is gone again; changes of documents a second, and what they cost each node.")
    {
        foreach (var option in (Option[])[_nodes, _quota, _warmUp, _settle, _rounds])
        {
            Add(option);
        }

        Require(_nodes, nodes => nodes >= 1, "--nodes must be at least 1.");
        Require(_quota, quota => quota is >= 0 and <= 100, "--quota must be 0 to 100.");
        Require(_rounds, rounds => rounds >= 1, "--rounds must be at least 1.");
    }

    protected override Task<LoadedSystem> StartAsync(ParseResult arguments, int firstPort, int lastPort, CancellationToken cancellationToken)
        => RoutedSystem.StartAsync(Enumerable.Repeat("Node", arguments.GetValue(_nodes)), firstPort, lastPort, cancellationToken);

    protected override async Task<bool> LoadAsync(ParseResult arguments, LoadedSystem system, CancellationToken cancellationToken)
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = system.Nats });
        await using var load = new IngestLoad(nats, system.Store, system.FirstPort, system.LastPort);
        await load.StartAsync(cancellationToken);
        for (var round = 0; round < arguments.GetValue(_warmUp); round++)
        {
            await load.RunAsync(cancellationToken);
        }

        system.Limit(arguments.GetValue(_quota));
        var limited = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(limited) < TimeSpan.FromSeconds(arguments.GetValue(_settle)))
        {
            await load.RunAsync(cancellationToken);
        }

        var (changes, seconds) = (0, 0.0);
        var (processors, machine) = (system.ProcessorTimes, MachineTime.Now());
        for (var round = 0; round < arguments.GetValue(_rounds); round++)
        {
            var (made, time) = await load.RunAsync(cancellationToken);
            changes += made;
            seconds += time.TotalSeconds;
        }

        var each = system.ProcessorTimes.Zip(processors, (now, before) => $"{(now.Time - before.Time).TotalMicroseconds / changes:F0}");
        Print($"{changes / seconds:F0} changes a second ({changes} in {seconds:F1} s); processor time of each node for each of them: {string.Join(", ", each)} µs; {MachineTime.Now().Since(machine)}");
        return true;
    }
}
