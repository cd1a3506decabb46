using System.Diagnostics;
using Harbor.Contracts.Dea;
using Harbor.Contracts.Ports;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;

namespace Harbor.Node.Benchmarks;

/// <summary>The whole node over a real nats-server and a real store, as <c>infra</c> runs it; publisher and node share the machine.</summary>
internal static class LiveBenchmark
{
    private const int Apps = 5000;
    private const int Deas = 1000;
    private const int InstancesOfADea = 100;

    /// <summary>100,000 instances appear at once: how long until every one of 5,000 port documents is right.</summary>
    public static async Task AppearAsync(string? mongo, CancellationToken cancellation)
    {
        await using var run = await Run.StartAsync(mongo, Apps, cancellation);
        var heartbeats = Enumerable.Range(0, Deas).Select(dea => Fleet.Heartbeat(dea, InstancesOfADea, place => AppOf(dea, place))).ToList();
        var began = Stopwatch.GetTimestamp();
        foreach (var heartbeat in heartbeats)
        {
            await run.Nats.PublishAsync(DeaSubjects.Heartbeat, heartbeat, cancellationToken: cancellation);
        }

        const int each = Deas * InstancesOfADea / Apps;
        await Eventually.TrueAsync(
            () => run.View.All.Count(port => port.Backends.Count == each) == Apps, "every port has its backends", TimeSpan.FromMinutes(5), cancellation);
        Console.WriteLine($"{Deas * InstancesOfADea:N0} instances appeared, {Apps:N0} port documents right after {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s on {run.Store}");
    }

    /// <summary>1,000 changes a second for 20 s, each of another port: from the publishing of an event to its port document as the watch shows it.</summary>
    public static async Task LatencyAsync(string? mongo, CancellationToken cancellation)
    {
        const int rate = 1000;
        const int seconds = 20;
        await using var run = await Run.StartAsync(mongo, Apps, cancellation);
        var published = new long[Apps];
        var latencies = new List<double>();
        run.View.Changed += change =>
        {
            var port = change.After!.Port - Run.FirstPort;
            if (change.After.Backends.Count != change.Before?.Backends.Count && Interlocked.Exchange(ref published[port], 0) is > 0 and var since)
            {
                lock (latencies)
                {
                    latencies.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
                }
            }
        };
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < rate * seconds; number++)
        {
            var app = number % Apps;
            var appears = number / Apps % 2 == 0;
            var heartbeat = appears ? Fleet.Heartbeat(app, 2, place => place == 0 ? app : Apps + 1) : Fleet.Heartbeat(app, 3, place => place == 0 ? app : Apps + 1, except: 0);
            while (Stopwatch.GetElapsedTime(began).TotalSeconds * rate < number)
            {
                await Task.Yield();
            }

            Volatile.Write(ref published[app], Stopwatch.GetTimestamp());
            await run.Nats.PublishAsync(DeaSubjects.Heartbeat, heartbeat, cancellationToken: cancellation);
        }

        await Eventually.TrueAsync(() => latencies.Count >= rate * seconds * 99 / 100, "the last changes", TimeSpan.FromSeconds(10), cancellation);
        lock (latencies)
        {
            latencies.Sort();
            Console.WriteLine($"{latencies.Count:N0} changes at {rate} a second on {run.Store}, publish to port document: median {latencies[latencies.Count / 2]:N1} ms, p99 {latencies[latencies.Count * 99 / 100]:N1} ms, highest {latencies[^1]:N1} ms");
        }
    }

    private static int AppOf(int dea, int place) => ((dea * InstancesOfADea) + place) % Apps;

    /// <summary>A node with so many ports, each bound to an application of its own.</summary>
    private sealed class Run : IAsyncDisposable
    {
        public const int FirstPort = 20000;

        private readonly OwnNatsServer _server;
        private readonly TemporaryDirectory _directory;
        private readonly TestHost _host;
        private readonly CancellationTokenSource _stop = new();

        private Run(OwnNatsServer server, TemporaryDirectory directory, TestHost host, string store)
        {
            _server = server;
            _directory = directory;
            _host = host;
            Store = store;
            Nats = new NatsConnection(new NatsOpts { Url = server.Address });
            View = new(host.Services.GetRequiredService<IDocuments<PortDocument>>());
        }

        public string Store { get; }

        public NatsConnection Nats { get; }

        public DocumentView<PortDocument> View { get; }

        public static async Task<Run> StartAsync(string? mongo, int ports, CancellationToken cancellation)
        {
            var server = new OwnNatsServer();
            await server.InitializeAsync();
            var directory = new TemporaryDirectory("bench");
            var settings = new Dictionary<string, string?> { ["Harbor:Nats:Url"] = server.Address, ["Harbor:State:Provider"] = mongo is null ? "Sqlite" : "Mongo" };
            settings[mongo is null ? "Harbor:State:Sqlite:Path" : "Harbor:State:Mongo:ConnectionString"] = mongo ?? directory.Combine("harbor.db");
            var host = await TestHost.StartAsync(settings, [new NodeModule()], cancellation);
            var run = new Run(server, directory, host, mongo is null ? "SQLite" : "MongoDB");
            await run.FillAsync(ports, cancellation);
            return run;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Nats.DisposeAsync();
            await _host.DisposeAsync();
            await _server.DisposeAsync();
            _directory.Dispose();
            _stop.Dispose();
        }

        private async Task FillAsync(int count, CancellationToken cancellation)
        {
            await _host.Services.GetRequiredService<IDocuments<PoolDocument>>()
                .InsertAsync(new PoolDocument { Id = "default", FirstPort = FirstPort, LastPort = FirstPort + count, Host = "127.0.0.1" }, cancellation);
            var ports = _host.Services.GetRequiredService<IDocuments<PortDocument>>();
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation }, async (number, token) =>
                await ports.InsertAsync(
                    new PortDocument
                    {
                        Id = PortDocument.IdOf("default", FirstPort + number),
                        Pool = "default",
                        Port = FirstPort + number,
                        Protocol = PortProtocol.Tcp,
                        ServiceInstanceId = $"s{number}",
                        State = PortState.Active,
                        Policy = new PortPolicy(),
                        Apps = [new BoundApp { AppGuid = Fleet.AppOf(number), IntPort = 4100, BindingIds = [$"b{number}"] }],
                        AllocatedAt = TimeProvider.System.GetUtcNow(),
                    },
                    token));
            _ = View.RunAsync(_stop.Token);
            await View.ReadyAsync(cancellation);
            await Nats.ConnectAsync();
            var known = _host.Services.GetRequiredService<NodeViews>();
            await Eventually.TrueAsync(() => known.Ports.Count == count, "the node knows all ports", cancellationToken: cancellation);
        }
    }
}
