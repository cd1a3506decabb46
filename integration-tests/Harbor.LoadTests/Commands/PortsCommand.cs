using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Harbor.Contracts.Ports;
using Harbor.LoadTests.Checks;
using Harbor.LoadTests.Systems;
using Harbor.State;
using Harbor.State.Ports;
using Harbor.State.Sqlite;
using Harbor.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Harbor.LoadTests.Commands;

/// <summary><c>ports</c>: what a worker takes, in time and memory, for a whole range of ports that are stored when it starts.</summary>
internal sealed class PortsCommand : Command
{
    private const int MostMebibytes = 30;
    private const int MostMilliseconds = 1_000;

    private readonly Option<int> _first = new("--first-port") { Description = "First port; the default is below every port that the system or the tests give to anybody", DefaultValueFactory = _ => 3000 };
    private readonly Option<int> _count = new("--count") { Description = "Ports, each of both protocols with one backend", DefaultValueFactory = _ => 5001 };

    public PortsCommand()
        : base("ports", "One worker over SQLite: started without ports, and with a whole range of them. What its memory is larger by, and how much later it is ready.")
    {
        Add(_first);
        Add(_count);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory("ports");
        var (first, count) = (arguments.GetValue(_first), arguments.GetValue(_count));
        var empty = await MeasureAsync(directory.Path, first, 0, cancellationToken);
        await FillAsync(directory.Combine("harbor.db"), first, count, cancellationToken);
        var full = await MeasureAsync(directory.Path, first, count, cancellationToken);
        var grown = full.Mebibytes - empty.Mebibytes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count} ports of both protocols: RSS {empty.Mebibytes:0.0} MiB without, {full.Mebibytes:0.0} with: {grown:0.0} MiB more (at most {MostMebibytes}){(grown > MostMebibytes ? "  SHORT" : "")}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"all listening {full.Opened:0} ms after the first was read (at most {MostMilliseconds}){(full.Opened > MostMilliseconds ? "  SHORT" : "")}; the worker was ready {(full.Ready - empty.Ready).TotalMilliseconds:0} ms later than without"));
        return grown > MostMebibytes || full.Opened > MostMilliseconds ? 1 : 0;
    }

    private static async Task<(double Mebibytes, TimeSpan Ready, double Opened)> MeasureAsync(string directory, int first, int count, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var worker = await Service.StartAsync(
            "Harbor.Proxy",
            "Proxy",
            new Dictionary<string, string>
            {
                ["Harbor:DataDirectory"] = directory,
                ["Harbor:State:Provider"] = "Sqlite",
                ["Harbor:Bus:Transport"] = "InMemory",
                ["Harbor:Pools:default:PortRange"] = $"{first}-{first + count}",
            },
            cancellationToken);
        var ready = Stopwatch.GetElapsedTime(started);
        var listening = ListeningSockets.Of(worker.ProcessId, first, first + count).Count;
        if (listening != count)
        {
            throw new InvalidOperationException($"{listening} of {count} ports are open. The log ends with {worker.Output[^Math.Min(worker.Output.Length, 2_000)..]}");
        }

        // Backends that were stored before are asked whether they are there; what that takes is part of it.
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, cancellationToken);
        return (ResidentMemory.BytesOf(worker.ProcessId) / (1024.0 * 1024.0), ready, OpenedAfter(worker.Output));
    }

    /// <summary>In milliseconds, as the worker itself says in its log.</summary>
    private static double OpenedAfter(string log)
    {
        using var line = JsonDocument.Parse(log.Split('\n').First(line => line.Contains("\"AllOpened\"", StringComparison.Ordinal)));
        return line.RootElement.GetProperty("ElapsedMs").GetDouble();
    }

    private static async Task FillAsync(string path, int first, int count, CancellationToken cancellationToken)
    {
        using var store = new SqliteDocumentStore(path, NullLogger<SqliteDocumentStore>.Instance, TimeProvider.System);
        var ports = store.Open(DocumentTypes.Ports);
        await Parallel.ForEachAsync(Enumerable.Range(first, count), cancellationToken, async (port, token) => await ports.InsertAsync(
            new PortDocument
            {
                Id = PortDocument.IdOf("default", port),
                Pool = "default",
                Port = port,
                Protocol = PortProtocol.Both,
                ServiceInstanceId = Guid.NewGuid().ToString(),
                State = PortState.Active,
                Policy = new PortPolicy(),
                Apps = [new BoundApp { AppGuid = Guid.NewGuid().ToString(), IntPort = 4100, BindingIds = [Guid.NewGuid().ToString()] }],
                Backends =
                [
                    new BackendEntry
                    {
                        Host = "127.0.0.1",
                        Port = port + 20_000,
                        AppGuid = Guid.NewGuid().ToString(),
                        InstanceId = Guid.NewGuid().ToString("N"),
                        InstanceIndex = 0,
                        DeaId = $"0-{Guid.NewGuid():N}",
                        Since = TimeProvider.System.GetUtcNow(),
                    },
                ],
                AllocatedAt = TimeProvider.System.GetUtcNow().AddDays(-1),
            },
            token));
    }
}
