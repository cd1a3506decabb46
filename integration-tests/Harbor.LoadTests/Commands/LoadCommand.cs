using System.CommandLine;
using System.Globalization;
using Harbor.LoadTests.Loads;
using Harbor.LoadTests.Systems;

namespace Harbor.LoadTests.Commands;

/// <summary>A load test from the command line: exit code 1 where Harbor failed it.</summary>
internal abstract class LoadCommand : Command
{
    private readonly Option<int> _firstPort = new("--first-port")
    {
        Description = "First port of the pool; below the system's ephemeral range, and above the ports that the services themselves are given here",
        DefaultValueFactory = _ => 30000,
    };

    private readonly Option<int> _lastPort = new("--last-port") { Description = "Last port of the pool", DefaultValueFactory = _ => 32767 };

    protected LoadCommand(string name, string description)
        : base(name, description)
    {
        Add(_firstPort);
        Add(_lastPort);
        SetAction(RunAsync);
    }

    protected abstract Task<LoadedSystem> StartAsync(ParseResult arguments, int firstPort, int lastPort, CancellationToken cancellationToken);

    /// <summary>False where a figure falls short.</summary>
    protected abstract Task<bool> LoadAsync(ParseResult arguments, LoadedSystem system, CancellationToken cancellationToken);

    /// <summary>What the option must be, given or not: where the whole command is validated, the defaults of what is not given have no values yet.</summary>
    protected static void Require(Option<int> option, Predicate<int> condition, string error) => option.Validators.Add(result =>
    {
        if (!condition(result.GetValue(option)))
        {
            result.AddError(error);
        }
    });

    protected static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var system = await StartAsync(arguments, arguments.GetValue(_firstPort), arguments.GetValue(_lastPort), cancellationToken);
        try
        {
            return await LoadAsync(arguments, system, cancellationToken) ? 0 : 1;
        }
        catch (LoadFailedException failure)
        {
            await Console.Error.WriteLineAsync(system.Output);
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
