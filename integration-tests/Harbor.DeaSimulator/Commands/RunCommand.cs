using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Harbor.DeaSimulator.Deas;
using Harbor.DeaSimulator.Instances;
using NATS.Client.Core;

namespace Harbor.DeaSimulator.Commands;

/// <summary><c>run</c>: plays DEAs with instances of one application until it is told to quit.</summary>
internal sealed class RunCommand : Command
{
    private readonly Option<string> _nats = new("--nats") { Description = "NATS server", DefaultValueFactory = _ => "nats://127.0.0.1:4222" };
    private readonly Option<string> _app = new("--app") { Description = "Application guid", Required = true };
    private readonly Option<int> _instances = new("--instances") { Description = "Instances to start", DefaultValueFactory = _ => 1 };
    private readonly Option<int[]> _containerPorts = new("--container-port")
    {
        Description = "Port inside the container, which is the int_port of a binding; may be repeated",
        DefaultValueFactory = _ => [4100],
    };

    private readonly Option<int> _deas = new("--deas") { Description = "DEAs to spread them over", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _host = new("--host") { Description = "Address that the instances listen on", DefaultValueFactory = _ => "127.0.0.1" };
    private readonly Option<string> _hostPorts = new("--host-ports")
    {
        Description = "Range of ports for the instances to listen on",
        DefaultValueFactory = _ => $"{HostPorts.DefaultFirst}-{HostPorts.DefaultLast}",
    };

    private readonly Option<double> _interval = new("--heartbeat-interval") { Description = "Seconds between heartbeats", DefaultValueFactory = _ => 10 };
    private readonly Option<AnnounceMode> _announce = new("--announce") { Description = "How the DEAs tell their instances' ports", DefaultValueFactory = _ => AnnounceMode.Heartbeat };

    public RunCommand()
        : base("run", "Play DEAs with real echo instances (TCP and UDP). Reads commands from standard input; 'help' lists them.")
    {
        foreach (var option in (Option[])[_nats, _app, _instances, _containerPorts, _deas, _host, _hostPorts, _interval, _announce])
        {
            Add(option);
        }

        _deas.Validators.Add(result => Require(result.GetValue(_deas) >= 1, result, "--deas must be 1 or more"));
        _instances.Validators.Add(result => Require(result.GetValue(_instances) >= 0, result, "--instances must be 0 or more"));
        _interval.Validators.Add(result => Require(result.GetValue(_interval) > 0, result, "--heartbeat-interval must be over 0"));
        _host.Validators.Add(result => Require(IPAddress.TryParse(result.GetValue(_host), out _), result, "--host must be an IP address"));
        _hostPorts.Validators.Add(result => Require(TryRange(result.GetValue(_hostPorts), out _), result, "--host-ports must look like 61001-65535"));
        SetAction(RunAsync);
    }

    private static void Require(bool holds, System.CommandLine.Parsing.OptionResult result, string error)
    {
        if (!holds)
        {
            result.AddError(error);
        }
    }

    private static bool TryRange(string? text, out (int First, int Last) range)
    {
        range = default;
        if (text?.Split('-') is not [var first, var last] || !int.TryParse(first, out range.First) || !int.TryParse(last, out range.Last))
        {
            return false;
        }

        return range.First is >= 1 and <= 65_535 && range.Last >= range.First && range.Last <= 65_535;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        TryRange(arguments.GetValue(_hostPorts), out var range);
        var options = new DeaOptions
        {
            Address = IPAddress.Parse(arguments.GetValue(_host)!),
            FirstHostPort = range.First,
            LastHostPort = range.Last,
            HeartbeatInterval = TimeSpan.FromSeconds(arguments.GetValue(_interval)),
            Announce = arguments.GetValue(_announce),
        };
        var url = arguments.GetValue(_nats)!;
        await using var simulation = new DeaSimulation(NatsOpts.Default with { Url = url, Name = "dea-simulator" }, options, TimeProvider.System);
        try
        {
            await simulation.ConnectAsync();
        }
        catch (NatsException exception)
        {
            await Console.Error.WriteLineAsync($"No NATS server answers at {url}: {exception.Message}");
            return 1;
        }

        for (var i = 0; i < arguments.GetValue(_deas); i++)
        {
            simulation.AddDea();
        }

        var app = arguments.GetValue(_app)!;
        var ports = arguments.GetValue(_containerPorts)!;
        await simulation.ScaleAsync(app, arguments.GetValue(_instances), ports);
        var prompt = new SimulatorPrompt(simulation, app, ports, Console.Out);
        await prompt.ListAsync();
        await FollowAsync(prompt, cancellationToken);
        return 0;
    }

    /// <summary>Until <c>quit</c> or a signal. The end of standard input is no end: the simulator also runs in the background.</summary>
    private static async Task FollowAsync(SimulatorPrompt prompt, CancellationToken cancellationToken)
    {
        var quit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var cancelled = cancellationToken.Register(() => quit.TrySetResult());
        var reading = Task.Run(ReadAsync, CancellationToken.None);
        await quit.Task;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            quit.TrySetResult();
        }

        // Not awaited in the end: a read of a terminal cannot be taken back.
        async Task ReadAsync()
        {
            while (await Console.In.ReadLineAsync(CancellationToken.None) is { } line)
            {
                if (!await prompt.ExecuteAsync(line))
                {
                    quit.TrySetResult();
                    return;
                }
            }
        }
    }
}
