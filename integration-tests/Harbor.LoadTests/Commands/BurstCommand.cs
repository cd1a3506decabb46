using System.CommandLine;
using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Platforms;
using Harbor.LoadTests.Systems;

namespace Harbor.LoadTests.Commands;

/// <summary><c>burst</c>: many provisions and deprovisions at once, over RabbitMQ and MongoDB.</summary>
internal sealed class BurstCommand : LoadCommand
{
    private readonly Option<int> _count = new("--count") { Description = "Provisions, and deprovisions, at once", DefaultValueFactory = _ => 200 };
    private readonly Option<int> _rounds = new("--rounds") { Description = "How often; the first round runs cold", DefaultValueFactory = _ => 3 };

    public BurstCommand()
        : base("burst", "Gateway, node and worker over RabbitMQ and MongoDB: provisions and deprovisions all at once; checks store and sockets after each.")
    {
        Add(_count);
        Add(_rounds);
    }

    protected override Task<LoadedSystem> StartAsync(ParseResult arguments, int firstPort, int lastPort, CancellationToken cancellationToken)
        => ClusterSystem.StartAsync(null, firstPort, lastPort, cancellationToken);

    protected override async Task<bool> LoadAsync(ParseResult arguments, LoadedSystem system, CancellationToken cancellationToken)
    {
        using var platform = new Platform(system.Url);
        for (var round = 1; round <= arguments.GetValue(_rounds); round++)
        {
            Print($"Round {round}");
            await new BurstLoad(platform, system.Inspection, arguments.GetValue(_count), line => Print($"  {line}")).RunAsync(cancellationToken);
        }

        Print($"No port was given twice, and nothing is left over. Processor time of the services: {system.ProcessorTime.TotalSeconds:F1} s");
        return true;
    }
}
