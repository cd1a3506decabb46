using Harbor.DeaSimulator.Deas;
using Harbor.IntegrationTests.Broker;
using Harbor.IntegrationTests.Processes;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>
/// <c>standalone</c> as a real process with its own data, ports and NATS, and the platform and the DEAs that use it. A class's tests share one;
/// each takes service instances and applications of its own.
/// </summary>
public sealed class RunningStandalone : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new("standalone");
    private readonly PortRange _range;
    private readonly List<IAsyncDisposable> _simulations = [];

    public RunningStandalone()
        : this(60)
    {
    }

    internal RunningStandalone(int ports) => _range = FreePorts.Reserve(ports);

    internal HarborChild Process { get; private set; } = null!;

    internal BrokerClient Broker { get; private set; } = null!;

    internal string NatsUrl { get; } = $"nats://127.0.0.1:{FreePorts.Next()}";

    internal PortRange Range => _range;

    internal string Data => _data.Path;

    internal static string NewId() => Guid.NewGuid().ToString();

    public async ValueTask InitializeAsync()
    {
        Process = new HarborChild(HarborChild.Standalone, new Dictionary<string, string>
        {
            ["Harbor:DataDirectory"] = _data.Path,
            ["Harbor:Nats:Url"] = NatsUrl,
            ["Harbor:Pools:default:PortRange"] = _range.ToString(),
        });
        await Process.StartReadyAsync();
        Broker = new BrokerClient(Process.Url);
    }

    /// <summary>A platform's worth of DEAs, connected. They say what they have to say at once; their timers are too slow to matter here.</summary>
    internal async Task<DeaSimulation> NewSimulationAsync()
    {
        var simulation = new DeaSimulation(
            NatsOpts.Default with { Url = NatsUrl, ReconnectWaitMin = TimeSpan.FromMilliseconds(50), ReconnectWaitMax = TimeSpan.FromMilliseconds(200) },
            new DeaOptions { HeartbeatInterval = TimeSpan.FromSeconds(5) },
            TimeProvider.System);
        _simulations.Add(simulation);
        await simulation.ConnectAsync();
        return simulation;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var simulation in _simulations)
        {
            await simulation.DisposeAsync();
        }

        Broker?.Dispose();
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        _range.Dispose();
        _data.Dispose();
    }
}
