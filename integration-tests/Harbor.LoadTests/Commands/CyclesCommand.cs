using System.CommandLine;
using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Platforms;
using Harbor.LoadTests.Systems;

namespace Harbor.LoadTests.Commands;

/// <summary><c>cycles</c>: whole lives of service instances a second, on <c>standalone</c>.</summary>
internal sealed class CyclesCommand : LoadCommand
{
    private readonly Option<int> _seconds = new("--seconds") { Description = "Seconds to measure", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Seconds of the same load before", DefaultValueFactory = _ => 15 };
    private readonly Option<int> _lanes = new("--lanes") { Description = "Lives at once", DefaultValueFactory = _ => 32 };
    private readonly Option<double> _require = new("--require") { Description = "Lives a second below which the test fails", DefaultValueFactory = _ => 300 };

    public CyclesCommand()
        : base("cycles", "standalone over SQLite: provision, bind, unbind, deprovision, as often as it can, by HTTP; checks store and sockets afterwards.")
    {
        foreach (var option in (Option[])[_seconds, _warmUp, _lanes, _require])
        {
            Add(option);
        }
    }

    protected override Task<LoadedSystem> StartAsync(ParseResult arguments, int firstPort, int lastPort, CancellationToken cancellationToken)
        => StandaloneSystem.StartAsync(firstPort, lastPort, cancellationToken);

    protected override async Task<bool> LoadAsync(ParseResult arguments, LoadedSystem system, CancellationToken cancellationToken)
    {
        using var platform = new Platform(system.Url);
        var load = new CycleLoad(platform, arguments.GetValue(_lanes));
        var warm = await load.RunAsync(TimeSpan.FromSeconds(arguments.GetValue(_warmUp)), int.MaxValue, cancellationToken);
        Print($"warm-up: {warm.PerSecond:F0} lives a second");
        var (processor, postponed) = (system.ProcessorTime, platform.Postponed);
        var result = await load.RunAsync(TimeSpan.FromSeconds(arguments.GetValue(_seconds)), int.MaxValue, cancellationToken);
        var used = system.ProcessorTime - processor;
        foreach (var step in result.Steps)
        {
            Print($"  {step}");
        }

        Print($"{result.PerSecond:F0} lives a second (provision, bind, unbind, deprovision; {result.Ended} in {result.Time.TotalSeconds:F1} s, {arguments.GetValue(_lanes)} at once)");
        Print($"  {used.TotalMilliseconds / result.Ended:F2} ms of processor time a life in standalone; {platform.Postponed - postponed} operations answered 202 and polled");
        await system.Inspection.HoldsAsync([], cancellationToken);
        Print($"No port was given twice, and nothing is left over.");
        return result.PerSecond >= arguments.GetValue(_require);
    }
}
