using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Harbor.DeaSimulator.Deas;
using Harbor.DeaSimulator.Instances;
using Harbor.IntegrationTests.Broker;
using Harbor.IntegrationTests.Processes;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;
using Harbor.Testing.Ports;
using Harbor.Testing.Processes;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Outages;

/// <summary>
/// Harbor and two DEAs on a NATS that will be away, an application with an instance on each, and a client connected to each: what must all be there
/// still when NATS is back. Owns the process, the DEAs and the clients.
/// </summary>
internal sealed class NatsOutage : IAsyncDisposable
{
    private readonly TemporaryDirectory _data = new("outage");
    private readonly PortRange _range = FreePorts.Reserve(20);
    private readonly string _app = Guid.NewGuid().ToString();
    private readonly List<EchoClient> _clients = [];
    private readonly HarborChild _harbor;
    private readonly BrokerClient _broker;
    private readonly DeaSimulation _simulation;
    private int _port;

    /// <param name="deasNats">The NATS of the DEAs.</param>
    /// <param name="harborsNats">The same server, by a link that can be broken.</param>
    /// <param name="heartbeat">Between the DEAs' heartbeats; after three of these in silence a DEA is gone.</param>
    public NatsOutage(string deasNats, string harborsNats, TimeSpan heartbeat)
    {
        _harbor = new HarborChild(HarborChild.Standalone, new Dictionary<string, string>
        {
            ["Harbor:DataDirectory"] = _data.Path,
            ["Harbor:Nats:Url"] = harborsNats,
            ["Harbor:Node:HeartbeatInterval"] = heartbeat.ToString("c"),
            ["Harbor:Pools:default:PortRange"] = _range.ToString(),
        });
        _broker = new BrokerClient(_harbor.Url);
        _simulation = new DeaSimulation(
            NatsOpts.Default with { Url = deasNats, ReconnectWaitMin = TimeSpan.FromMilliseconds(50), ReconnectWaitMax = TimeSpan.FromMilliseconds(200) },
            new DeaOptions { HeartbeatInterval = heartbeat },
            TimeProvider.System);
    }

    public IReadOnlyList<AppInstance> Instances { get; private set; } = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async Task StartAsync()
    {
        await _harbor.StartReadyAsync();
        await _simulation.ConnectAsync();
        _port = (await _broker.PortForAsync(Guid.NewGuid().ToString(), _app, new { protocol = "tcp" })).Port;
        Instances = [await _simulation.AddDea().StartAsync(_app, 0, [4100]), await _simulation.AddDea().StartAsync(_app, 1, [4100])];
        await IsTrueAsync(Eventually.Patience);
        foreach (var instance in Instances)
        {
            _clients.Add(await Eventually.GetAsync(
                () => EchoClient.ConnectAsync(_port), client => client.InstanceId == instance.Id, $"a connection to #{instance.Index}", cancellationToken: Cancelled));
        }
    }

    /// <summary>Looks again and again, for as long as the outage takes: every backend is there, every connection lives, new ones are answered.</summary>
    public async Task ServesForAsync(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        while (Stopwatch.GetElapsedTime(began) < time && await looks.WaitForNextTickAsync(Cancelled))
        {
            await ServesAsync(Instances);
        }
    }

    /// <summary>These are all backends still, and nobody who is connected has been cut.</summary>
    public async Task ServesAsync(IReadOnlyList<AppInstance> instances)
    {
        (await BackendsAsync()).ShouldBe(Told(Instances), "no backend is lost");
        foreach (var client in _clients)
        {
            (await client.EchoesAsync("still here")).ShouldBeTrue("no connection is reset");
        }

        var answered = new HashSet<string?>();
        for (var ask = 0; ask < 2 * Instances.Count; ask++)
        {
            answered.Add(await EchoClient.TryAskAsync(_port));
        }

        answered.Remove(null);
        answered.ShouldBe(instances.Select(instance => instance.Id), ignoreOrder: true);
    }

    /// <summary>While nobody can hear it: one more instance starts on the first DEA.</summary>
    public async Task GrowAsync() => Instances = [.. Instances, await _simulation.Deas[0].StartAsync(_app, Instances.Count, [4100])];

    /// <summary>How long until the stored backends are what runs; at most <paramref name="patience"/>.</summary>
    public async Task<TimeSpan> IsTrueAsync(TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        await Eventually.GetAsync(BackendsAsync, seen => seen.SequenceEqual(Told(Instances)), $"backends {string.Join(", ", Told(Instances))}", patience, Cancelled);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>An instance that nobody was told of while NATS was away ended there too.</summary>
    public async Task ShrinkAsync()
    {
        await _simulation.Deas[0].LoseAsync(Instances[^1]);
        Instances = [.. Instances.SkipLast(1)];
    }

    public async Task NobodyWasCutAsync()
    {
        foreach (var client in _clients)
        {
            (await client.EchoesAsync("to the end")).ShouldBeTrue("no connection is reset");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _simulation.DisposeAsync();
        _broker.Dispose();
        await _harbor.DisposeAsync();
        _range.Dispose();
        _data.Dispose();
    }

    private static string[] Told(IEnumerable<AppInstance> instances) => [.. instances.Select(instance => instance.Id).Order(StringComparer.Ordinal)];

    private async Task<string[]> BackendsAsync()
    {
        var port = await _broker.Http.GetFromJsonAsync<JsonObject>($"/admin/v1/ports/default/{_port}", Cancelled);
        return [.. port!["backends"]!.AsArray().Select(backend => (string)backend!["instance_id"]!).Order(StringComparer.Ordinal)];
    }
}
