using System.CommandLine;
using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Systems;
using NATS.Client.Core;

namespace Harbor.LoadTests.Commands;

/// <summary><c>relayed</c>: from a DEA's word to the first relayed byte, while other routes change.</summary>
internal sealed class RelayedCommand : LoadCommand
{
    private readonly Option<bool> _mongo = new("--mongo") { Description = "Nodes and a worker as processes over MongoDB; otherwise standalone over SQLite" };
    private readonly Option<int> _nodes = new("--nodes") { Description = "With --mongo: nodes that share the DEAs", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _samples = new("--samples") { Description = "Instances that appear and are measured in a round", DefaultValueFactory = _ => 1000 };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds after the one to warm up: a few rare pauses make the p99 of one, and not that of many", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _changes = new("--changes") { Description = "Changes of other ports a second", DefaultValueFactory = _ => 1000 };
    private readonly Option<double> _require = new("--require") { Description = "p99 in milliseconds above which the test fails", DefaultValueFactory = _ => 50 };

    public RelayedCommand()
        : base("relayed", "From a heartbeat's publishing to the first byte that a waiting client gets of the new instance, while the backends of other ports change.")
    {
        foreach (var option in (Option[])[_mongo, _nodes, _samples, _rounds, _changes, _require])
        {
            Add(option);
        }

        Require(_nodes, nodes => nodes >= 1, "--nodes must be at least 1.");
        _nodes.Validators.Add(result =>
        {
            if (!result.Implicit && !result.GetValue(_mongo))
            {
                result.AddError("--nodes goes with --mongo: standalone has one node.");
            }
        });
    }

    protected override Task<LoadedSystem> StartAsync(ParseResult arguments, int firstPort, int lastPort, CancellationToken cancellationToken)
        => arguments.GetValue(_mongo)
            ? RoutedSystem.StartAsync(Enumerable.Repeat("Node", arguments.GetValue(_nodes)).Append("Proxy"), firstPort, lastPort, cancellationToken)
            : RoutedSystem.StartAsync(firstPort, lastPort, cancellationToken);

    protected override async Task<bool> LoadAsync(ParseResult arguments, LoadedSystem system, CancellationToken cancellationToken)
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = system.Nats });
        using var load = new RelayedLoad(nats, system.FirstPort, system.LastPort, arguments.GetValue(_changes));
        Print($"{await load.RunAsync("warm-up", arguments.GetValue(_samples), cancellationToken)}");
        await system.Inspection.NothingIsRefusedAsync(cancellationToken);
        var all = new Latencies("all rounds");
        for (var number = 1; number <= arguments.GetValue(_rounds); number++)
        {
            var (processors, machine) = (system.ProcessorTimes, MachineTime.Now());
            var round = await load.RunAsync($"round {number}", arguments.GetValue(_samples), cancellationToken);
            var used = system.ProcessorTimes.Zip(processors, (now, before) => $"{now.Program} {(now.Time - before.Time).TotalSeconds:F1} s");
            Print($"{round}; processor time of {string.Join(", ", used)}; {MachineTime.Now().Since(machine)}");
            all.Add(round);
        }

        Print($"{all}");
        Print($"  {arguments.GetValue(_changes)} changes of {system.LastPort - system.FirstPort + 1 - RoutedPorts.Measured} other ports a second; {load.Early} answered early, {load.Lost} lost");
        return load.Lost == 0 && all.At(0.99) <= arguments.GetValue(_require);
    }
}
