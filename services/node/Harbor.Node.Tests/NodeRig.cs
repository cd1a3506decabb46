using System.Text;
using Harbor.Contracts.Allocation;
using Harbor.Contracts.Bindings;
using Harbor.Contracts.Ports;
using Harbor.Hosting;
using Harbor.Node.Leases;
using Harbor.Node.Routes;
using Harbor.Node.Tests.Documents;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;

namespace Harbor.Node.Tests;

/// <summary>A node as it runs, over a real nats-server and SQLite, with a publisher beside it that plays the DEAs.</summary>
internal sealed class NodeRig : IAsyncDisposable
{
    private readonly TemporaryDirectory? _ownDirectory;
    private readonly NatsConnection _deas;

    private NodeRig(TestHost host, TemporaryDirectory? ownDirectory, string nats)
    {
        Host = host;
        _ownDirectory = ownDirectory;
        _deas = new NatsConnection(new NatsOpts { Url = nats });
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public TestHost Host { get; }

    public string Database { get; private set; } = "";

    public NatsConnection Deas => _deas;

    public PartitionShare Share => Host.Services.GetRequiredService<PartitionShare>();

    /// <summary>What a test has put before the ports.</summary>
    public GatedDocuments<PortDocument> Gates => Host.Services.GetRequiredService<GatedDocuments<PortDocument>>();

    public OthersWrites Others => Host.Services.GetRequiredService<OthersWrites>();

    public IDocuments<PortDocument> Ports => Host.Services.GetRequiredService<IDocuments<PortDocument>>();

    public IDocuments<PoolDocument> Pools => Host.Services.GetRequiredService<IDocuments<PoolDocument>>();

    public static async Task<NodeRig> StartAsync(string nats, string? database = null, int firstPort = 25000, int lastPort = 25999, string? nodeId = null,
        Dictionary<string, string?>? settings = null, MongoTestDatabase? mongo = null, params IHarborModule[] more)
    {
        var directory = database is null ? new TemporaryDirectory("node") : null;
        var all = new Dictionary<string, string?>(settings ?? [])
        {
            ["Harbor:State:Provider"] = mongo is null ? "Sqlite" : "Mongo",
            ["Harbor:State:Mongo:ConnectionString"] = mongo?.ConnectionString,
            ["Harbor:State:Sqlite:Path"] = database ?? directory!.Combine("harbor.db"),
            ["Harbor:Nats:Url"] = nats,
            ["Harbor:Node:AllowLoopback"] = "true",
            ["Harbor:Node:NodeId"] = nodeId,
        };
        var rig = new NodeRig(await TestHost.StartAsync(all, [new NodeModule(), .. more], Cancellation), directory, nats);
        rig.Database = all["Harbor:State:Sqlite:Path"]!;
        await rig.Pools.InsertAsync(new PoolDocument { Id = "default", FirstPort = firstPort, LastPort = lastPort, Host = "127.0.0.1" }, Cancellation);
        await Eventually.TrueAsync(
            () => rig.Host.Services.GetRequiredService<NodeViews>().Pools.Find("default") is not null, "the node knows the pool", cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => rig.Share.Count > 0, "the node has a share of the DEAs", cancellationToken: Cancellation);
        await rig._deas.ConnectAsync();
        return rig;
    }

    /// <summary>A node as a process of its own, to be killed.</summary>
    /// <param name="nats">Where the DEAs are heard.</param>
    /// <param name="nodeId">Its name.</param>
    /// <param name="state">The settings of its store.</param>
    public static Task<ChildProcess> StartProcessAsync(string nats, string nodeId, params string[] state) => ChildProcess.StartAsync("dotnet",
    [
        typeof(NodeModule).Assembly.Location, .. state, "--Harbor:Bus:Transport=InMemory",
        $"--Harbor:Nats:Url={nats}", "--Harbor:Node:AllowLoopback=true", $"--Harbor:Node:NodeId={nodeId}", "--Harbor:Node:Url=http://127.0.0.1:0",
    ]);

    /// <summary>Sends a command as the gateway does, and waits for either of its answers.</summary>
    public async Task<object> AskAsync<TCommand, TYes, TNo>(TCommand command)
        where TCommand : class
        where TYes : class
        where TNo : class
    {
        var client = Host.Services.GetRequiredService<IBus>().CreateRequestClient<TCommand>();
        return (await client.GetResponse<TYes, TNo>(command, Cancellation)).Message;
    }

    public async Task<TAnswer> AskAsync<TCommand, TAnswer>(TCommand command)
        where TCommand : class
        where TAnswer : class
    {
        var client = Host.Services.GetRequiredService<IBus>().CreateRequestClient<TCommand>();
        return (await client.GetResponse<TAnswer>(command, Cancellation)).Message;
    }

    public async Task<int> AllocateAsync(string instance)
    {
        var answer = await AskAsync<AllocatePort, PortAllocated, PortAllocationRefused>(Allocation(instance));
        return answer.ShouldBeOfType<PortAllocated>().Port;
    }

    public async Task<int> BindAsync(string instance, string app, string binding)
    {
        var answer = await AskAsync<BindApp, AppBound, BindAppRefused>(new BindApp { BindingId = binding, ServiceInstanceId = instance, Life = 1, AppGuid = app });
        return answer.ShouldBeOfType<AppBound>().IntPort;
    }

    public static AllocatePort Allocation(string instance) => new()
    {
        OperationId = $"op-{instance}",
        ServiceInstanceId = instance,
        Life = 1,
        Pool = "default",
        Protocol = PortProtocol.Tcp,
        Policy = new PortPolicy(),
        PolicyRevision = 1,
    };

    /// <summary>A heartbeat of a DEA with one instance of the application, and another of an unbound one so that it is no partial heartbeat.</summary>
    public Task BeatAsync(string dea, string app, int hostPort, bool running = true) => SayAsync(
        "dea.heartbeat",
        $$"""{"dea":"{{dea}}","ip":"10.0.4.7","droplets":[{"droplet":"{{app}}","instance":"i-{{dea}}","index":0,"state":"{{(running ? "RUNNING" : "CRASHED")}}","ports":[{"container_port":4100,"host_port":{{hostPort}}}]},{"droplet":"other","instance":"o-{{dea}}","index":0,"state":"RUNNING"}]}""");

    public async Task SayAsync(string subject, string json) => await _deas.PublishAsync(subject, Encoding.UTF8.GetBytes(json), cancellationToken: Cancellation);

    public async Task<IReadOnlyList<string>> BackendsAsync(int port)
        => [.. ((await Ports.GetAsync(PortDocument.IdOf("default", port), Cancellation))?.Backends ?? []).Select(backend => $"{backend.Host}:{backend.Port}{(backend.Draining ? " draining" : "")}")];

    /// <summary>How many backends the port has as far as the node has been told.</summary>
    public int KnownBackends(int port) => Host.Services.GetRequiredService<NodeViews>().Ports.Find(PortDocument.IdOf("default", port))!.Backends.Count;

    public Task<IReadOnlyList<string>> BackendsBecomeAsync(int port, params string[] expected)
        => Eventually.GetAsync(() => BackendsAsync(port), seen => seen.SequenceEqual(expected), $"backends [{string.Join(", ", expected)}]", cancellationToken: Cancellation);

    /// <summary>Waits until the address is no backend of the port any more; answers how few backends the port had meanwhile.</summary>
    public async Task<int> FewestUntilGoneAsync(int port, string address)
    {
        var fewest = int.MaxValue;
        await Eventually.GetAsync(
            async () =>
            {
                var seen = await BackendsAsync(port);
                fewest = Math.Min(fewest, seen.Count);
                return seen;
            },
            seen => !seen.Contains(address),
            $"{address} is gone",
            cancellationToken: Cancellation);
        return fewest;
    }

    /// <summary>Waits until the node's table has the binding, which comes to it by the watch.</summary>
    public Task BoundAsync(int port, string app)
        => Eventually.TrueAsync(
            () => Host.Services.GetRequiredService<NodeViews>().Ports.Find(PortDocument.IdOf("default", port))?.Apps.Any(bound => bound.AppGuid == app) == true,
            $"{app} is bound to {port}",
            cancellationToken: Cancellation);

    /// <summary>Waits until the node is one of two that have divided the DEAs.</summary>
    public Task SharedAsync()
        => Eventually.TrueAsync(() => Share.Count == Partitions.Count / 2, "each node has half of the partitions", cancellationToken: Cancellation);

    /// <summary>Waits until the node leaves out what others write.</summary>
    public Task RestsAsync() => Eventually.TrueAsync(() => Others.AreLeftOut, "the node is at rest", cancellationToken: Cancellation);

    /// <summary>A port to which the application is bound, as both of two nodes that share know; its number.</summary>
    public static async Task<int> SharedPortAsync(string app, NodeRig first, NodeRig second)
    {
        await first.SharedAsync();
        await second.SharedAsync();
        var port = await first.AllocateAsync($"s-{app}");
        await first.BindAsync($"s-{app}", app, $"b-{app}");
        await first.BoundAsync(port, app);
        await second.BoundAsync(port, app);
        return port;
    }

    /// <summary>The id of a DEA of this node's share.</summary>
    /// <param name="first">Those of lower numbers are others'.</param>
    public string OwnDea(int first = 0) => Enumerable.Range(first, 100 * Partitions.Count).Select(dea => $"d{dea}").First(Share.Owns);

    /// <summary>Waits until the node has heard that the address is the application's.</summary>
    public Task HeldAsync(string address, string app)
    {
        var (host, port) = (address.Split(':')[0], int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        var entry = new BackendEntry { Host = host, Port = port, AppGuid = "", Since = default };
        return Eventually.TrueAsync(
            () => Host.Services.GetRequiredService<RouteService>().HolderOf(entry)?.App == app, $"{address} is {app}'s", cancellationToken: Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _deas.DisposeAsync();
        await Host.DisposeAsync();
        _ownDirectory?.Dispose();
    }
}
