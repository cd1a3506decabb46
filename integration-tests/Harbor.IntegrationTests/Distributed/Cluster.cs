using System.Net;
using Harbor.DeaSimulator.Deas;
using Harbor.IntegrationTests.Broker;
using Harbor.IntegrationTests.Processes;
using Harbor.Testing.Links;
using Harbor.Testing.Logs;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;
using Harbor.Testing.Servers;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>
/// Harbor as it runs in a cluster: gateway, node and two proxy workers, each a process, over MongoDB, RabbitMQ and NATS. The workers of one
/// machine share its ports by listening on different loopback addresses. Their links to MongoDB and RabbitMQ can be cut.
/// </summary>
public sealed class Cluster(RabbitMqServer rabbit) : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new("cluster");
    private readonly PortRange _range = FreePorts.Reserve(100);
    private readonly OwnMongoServer _mongo = new();
    private readonly OwnNatsServer _nats = new();
    private readonly List<DeaSimulation> _simulations = [];
    private Dictionary<string, string> _settings = [];
    private Exception? _missing;

    internal PortRange Range => _range;

    internal static IReadOnlyList<IPAddress> WorkerAddresses { get; } = [IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")];

    internal HarborChild Gateway { get; private set; } = null!;

    internal HarborChild Node { get; private set; } = null!;

    internal IReadOnlyList<HarborChild> Workers { get; private set; } = [];

    internal OwnMongoServer Mongo => _mongo;

    internal OwnNatsServer Nats => _nats;

    internal LinkProxy RabbitLink { get; private set; } = null!;

    /// <summary>The node's own part of the way to RabbitMQ; the rest is <see cref="RabbitLink"/>.</summary>
    internal LinkProxy NodeLink { get; private set; } = null!;

    internal ClusterState State { get; private set; } = null!;

    internal SeqServer Seq { get; private set; } = null!;

    internal string RabbitUri { get; private set; } = "";

    internal BrokerClient Broker { get; private set; } = null!;

    internal IEnumerable<HarborChild> All => [Gateway, Node, .. Workers];

    public async ValueTask InitializeAsync()
    {
        await _mongo.InitializeAsync();
        await _nats.InitializeAsync();
        try
        {
            await StartAsync();
        }
        catch (Exception exception) when (exception.GetType().Name is "SkipException" || exception.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            // Kept for the tests, each of which then says what is missing.
            _missing = exception;
        }
    }

    /// <summary>To be called first by every test: skips it where a server is missing.</summary>
    internal void Require()
    {
        if (_missing is not null)
        {
            Assert.Skip(_missing.Message);
        }
    }

    internal async Task<DeaSimulation> NewSimulationAsync()
    {
        var simulation = new DeaSimulation(
            NatsOpts.Default with { Url = _nats.Address, ReconnectWaitMin = TimeSpan.FromMilliseconds(50), ReconnectWaitMax = TimeSpan.FromMilliseconds(200) },
            new DeaOptions { HeartbeatInterval = TimeSpan.FromSeconds(5) },
            TimeProvider.System);
        _simulations.Add(simulation);
        await simulation.ConnectAsync();
        return simulation;
    }

    /// <summary>One more gateway beside the cluster's. The caller disposes of it.</summary>
    internal HarborChild NewGateway() => new(HarborChild.Gateway, new Dictionary<string, string>(_settings)
    {
        ["Harbor:Gateway:Users:0:Name"] = "harbor",
        ["Harbor:Gateway:Users:0:Password"] = "harbor",
        ["Harbor:Gateway:Users:0:Roles"] = "broker,viewer,operator",
    });

    /// <summary>One more node beside the cluster's. The caller disposes of it.</summary>
    internal HarborChild NewNode() => new(HarborChild.Node, new Dictionary<string, string>(_settings) { ["Harbor:Node:AllowLoopback"] = "true" });

    /// <summary>One more worker process beside the cluster's. The caller disposes of it.</summary>
    internal HarborChild NewWorker(string workerId, IPAddress address, TimeSpan? drain = null)
    {
        var settings = new Dictionary<string, string>(_settings) { ["Harbor:Proxy:WorkerId"] = workerId, ["Harbor:Proxy:ListenAddress"] = address.ToString() };
        if (drain is { } limit)
        {
            settings["Harbor:Proxy:DrainTimeout"] = limit.ToString();
        }

        return new HarborChild(HarborChild.Proxy, settings);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var simulation in _simulations)
        {
            await simulation.DisposeAsync();
        }

        Broker?.Dispose();
        foreach (var process in All.Where(process => process is not null))
        {
            await process.DisposeAsync();
        }

        if (RabbitLink is not null)
        {
            await NodeLink.DisposeAsync();
            await RabbitLink.DisposeAsync();
            await State.DisposeAsync();
            await Seq.DisposeAsync();
        }

        await _nats.DisposeAsync();
        await _mongo.DisposeAsync();
        _range.Dispose();
        _directory.Dispose();
    }

    private async Task StartAsync()
    {
        var broker = rabbit.NextVirtualHost();
        RabbitUri = broker;
        RabbitLink = LinkProxy.Start(broker);
        NodeLink = LinkProxy.Start("127.0.0.1", RabbitLink.Port);
        Seq = await SeqServer.StartAsync();
        var database = _mongo.NewDatabase().ConnectionString;
        State = new ClusterState(database);
        var settings = _settings = new Dictionary<string, string>
        {
            ["Harbor:DataDirectory"] = _directory.Path,
            ["Harbor:State:Provider"] = "Mongo",
            ["Harbor:State:Mongo:ConnectionString"] = database,
            ["Harbor:Bus:Transport"] = "RabbitMq",
            ["Harbor:Bus:RabbitMq:Uri"] = RabbitLink.Through(broker),
            ["Harbor:Nats:Url"] = _nats.Address,
            ["Harbor:Logging:Seq:Url"] = Seq.Url,
            ["Harbor:Pools:default:PortRange"] = _range.ToString(),
        };
        Gateway = NewGateway();
        Node = new HarborChild(HarborChild.Node, new Dictionary<string, string>(settings)
        {
            ["Harbor:Node:AllowLoopback"] = "true",
            ["Harbor:Bus:RabbitMq:Uri"] = NodeLink.Through(broker),
        });
        Workers = [.. WorkerAddresses.Select((address, index) => NewWorker($"worker-{index + 1}", address))];
        await Task.WhenAll(All.Select(process => process.StartReadyAsync()));
        Broker = new BrokerClient(Gateway.Url);
    }
}
