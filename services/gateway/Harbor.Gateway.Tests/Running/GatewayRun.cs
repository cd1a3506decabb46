using Harbor.Gateway.Tests.Edge;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.Testing;
using Harbor.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Gateway.Tests.Running;

/// <summary>A gateway that runs: real HTTP on a port of its own, SQLite in a directory of its own, the bus in memory, a fake edge beside it.</summary>
internal sealed class GatewayRun : IAsyncDisposable
{
    public const string SecondPlan = "7d5f6f8e-1111-4f0e-9a3e-52ab4cb3d6b2";
    public const string AsyncPlan = "7d5f6f8e-2222-4f0e-9a3e-52ab4cb3d6b3";
    public const string PlainPlan = "7d5f6f8e-3333-4f0e-9a3e-52ab4cb3d6b4";
    public const string Password = "s3cret-of-the-platform";

    private readonly TemporaryDirectory _directory = new("gateway");
    private readonly Dictionary<string, string?> _settings;
    private readonly TimeProvider? _time;
    private TestHost? _host;

    private GatewayRun(IReadOnlyDictionary<string, string?>? settings, TimeProvider? time)
    {
        _time = time;
        _settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Harbor:State:Provider"] = "Sqlite",
            ["Harbor:State:Sqlite:Path"] = _directory.Combine("harbor.db"),
            ["Harbor:DataDirectory"] = _directory.Path,
            ["Harbor:Gateway:Users:0:Name"] = "platform",
            ["Harbor:Gateway:Users:0:Password"] = Password,
            ["Harbor:Gateway:Users:1:Name"] = "watcher",
            ["Harbor:Gateway:Users:1:Password"] = "w",
            ["Harbor:Gateway:Users:1:Roles"] = "viewer",
            ["Harbor:Gateway:Users:2:Name"] = "admin",
            ["Harbor:Gateway:Users:2:Password"] = "a",
            ["Harbor:Gateway:Users:2:Roles:0"] = "operator",
            ["Harbor:Gateway:Broker:Moment"] = "00:00:00.150",
            ["Harbor:Gateway:Broker:FirstResend"] = "00:00:00.300",
            ["Harbor:Gateway:Broker:LongestResend"] = "00:00:01",
            ["Harbor:Gateway:Broker:SweepInterval"] = "00:00:00.100",
            ["Harbor:Gateway:Broker:InstancesPerOrganization"] = "10000",
            ["Harbor:Pools:default:PortRange"] = "20000-23999",
            ["Harbor:Pools:default:Host"] = "10.0.0.9",
            ["Harbor:Pools:default:HostnameExternal"] = "ext-services.example.com",
            ["Harbor:Pools:default:HostExternal"] = "192.0.43.10",
            ["Harbor:Pools:second:PortRange"] = "25000-25999",
            ["Harbor:Pools:second:Host"] = "10.0.0.10",
            ["Harbor:Gateway:Plans:0:Id"] = SecondPlan,
            ["Harbor:Gateway:Plans:0:Name"] = "second",
            ["Harbor:Gateway:Plans:0:Description"] = "Ports of the second pool",
            ["Harbor:Gateway:Plans:0:Pool"] = "second",
            ["Harbor:Gateway:Plans:0:Free"] = "false",
            ["Harbor:Gateway:Plans:0:MaxConnections"] = "100",
            ["Harbor:Gateway:Plans:0:MaintenanceVersion"] = "2.1.0",
            ["Harbor:Gateway:Plans:1:Id"] = AsyncPlan,
            ["Harbor:Gateway:Plans:1:Name"] = "slow",
            ["Harbor:Gateway:Plans:1:Description"] = "Asynchronous alone",
            ["Harbor:Gateway:Plans:1:Pool"] = "second",
            ["Harbor:Gateway:Plans:1:AsynchronousOnly"] = "true",
            ["Harbor:Gateway:Plans:2:Id"] = PlainPlan,
            ["Harbor:Gateway:Plans:2:Name"] = "plain",
            ["Harbor:Gateway:Plans:2:Description"] = "Nothing can be bound, nothing rotated",
            ["Harbor:Gateway:Plans:2:Pool"] = "second",
            ["Harbor:Gateway:Plans:2:Bindable"] = "false",
            ["Harbor:Gateway:Plans:2:BindingRotatable"] = "false",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            _settings[key] = value;
            if (value is null)
            {
                // As if nobody had set it: a key without a value is read as one that is wrong.
                _settings.Remove(key);
            }
        }
    }

    public FakeEdge Edge { get; } = new();

    public BrokerClient Broker { get; private set; } = null!;

    public string Url => _host!.Url;

    /// <summary>Where the store is: another gateway may run over the same.</summary>
    public string StorePath => _settings["Harbor:State:Sqlite:Path"]!;

    public IServiceProvider Services => _host!.Services;

    public static async Task<GatewayRun> StartAsync(IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? time = null)
    {
        var run = new GatewayRun(settings, time);
        await run.StartHostAsync();
        return run;
    }

    /// <summary>What the next gateway is started with.</summary>
    public void Set(string key, string? value) => _settings[key] = value;

    /// <summary>Ends the gateway, and with it every message on its way, and starts a new one over the same store.</summary>
    public async Task RestartAsync(Action? between = null)
    {
        await StopHostAsync();
        between?.Invoke();
        await StartHostAsync();
    }

    public IDocuments<T> Documents<T>()
        where T : Document
        => Services.GetRequiredService<IDocuments<T>>();

    public Task<IReadOnlyList<PortDocument>> PortsAsync() => AllAsync<PortDocument>();

    public async Task<IReadOnlyList<T>> AllAsync<T>()
        where T : Document
        => await Documents<T>().QueryAsync(DocumentQuery.All, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task StartHostAsync()
    {
        _host = await TestHost.StartAsync(_settings, [new GatewayModule(), new FakeEdgeModule(Edge, _time)], TestContext.Current.CancellationToken);
        Broker = new BrokerClient(_host.Url, "platform", Password);
    }

    private async Task StopHostAsync()
    {
        if (_host is not null)
        {
            Broker.Dispose();
            await _host.DisposeAsync();
            _host = null;
        }
    }
}
