using Harbor.DeaSimulator.Deas;
using Harbor.DeaSimulator.Instances;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Standalone;

/// <summary>What DEAs say about instances, and where clients then end up.</summary>
public sealed class RoutingTests(RunningStandalone harbor) : IClassFixture<RunningStandalone>
{
    private readonly string _app = RunningStandalone.NewId();

    [Fact]
    public async Task Tcp_GoesRoundRobinOverTheInstances()
    {
        var (port, _, instances) = await RunAsync(new { protocol = "tcp" }, 3);
        await ServesAsync(port, instances);

        var answered = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            answered.Add(await EchoClient.TryAskAsync(port) ?? "nobody");
        }

        answered.CountBy(id => id).Select(count => count.Value).ShouldBe([3, 3, 3]);
        answered.Chunk(3).ShouldAllBe(round => round.Distinct().Count() == 3);
    }

    [Fact]
    public async Task Udp_GoesToTheFirstInstance()
    {
        var (port, _, instances) = await RunAsync(new { protocol = "udp" }, 3);

        for (var i = 0; i < 5; i++)
        {
            using var client = new EchoDatagrams(port);
            (await client.GreetedByAsync()).ShouldBe(instances[0].Id);
            await client.SendAsync("round trip");
            await Eventually.GetAsync(client.ReceiveAsync, answer => answer == "round trip", "the echo", cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task CrashedInstance_GetsNothingMore_AndItsConnectionsAreReset()
    {
        var (port, simulation, instances) = await RunAsync(new { protocol = "tcp" }, 2, deas: 2);
        using var toFirst = await ConnectToAsync(port, instances[0]);
        using var toSecond = await ConnectToAsync(port, instances[1]);

        // The process lives on behind the DEA's back: what ends the connection is Harbor, not the death of its peer.
        await simulation.Deas[0].SayExitedAsync(instances[0], "CRASHED");

        (await toFirst.IsResetAsync()).ShouldBeTrue();
        await OnlyAnswersAsync(port, instances[1]);
        (await toSecond.EchoesAsync("still here")).ShouldBeTrue("another DEA's instance stays");
    }

    [Fact]
    public async Task InstanceMissingFromTheNextHeartbeat_GetsNothingMore_AndItsConnectionsAreReset()
    {
        var (port, simulation, instances) = await RunAsync(new { protocol = "tcp" }, 3);
        using var toLost = await ConnectToAsync(port, instances[0]);
        using var toOther = await ConnectToAsync(port, instances[1]);

        await simulation.Deas[0].ForgetAsync(instances[0]);

        (await toLost.IsResetAsync()).ShouldBeTrue();
        await OnlyAnswersAsync(port, instances[1], instances[2]);
        (await toOther.EchoesAsync("still here")).ShouldBeTrue();
        await instances[0].DisposeAsync();
    }

    [Fact]
    public async Task EvacuatingDea_KeepsItsConnections_AndGetsNoNewOnes()
    {
        var (port, simulation, instances) = await RunAsync(new { protocol = "tcp" }, 2, deas: 2);
        using var toEvacuating = await ConnectToAsync(port, instances[0]);

        await simulation.Deas[0].EvacuateAsync();

        await OnlyAnswersAsync(port, instances[1]);
        (await toEvacuating.EchoesAsync("still here")).ShouldBeTrue();
    }

    [Fact]
    public async Task ProcessWithANewInstanceId_KeepsItsConnections()
    {
        var (port, simulation, instances) = await RunAsync(new { protocol = "tcp" }, 1);
        await ServesAsync(port, instances);
        using var connected = await EchoClient.ConnectAsync(port);
        await using var nats = new NatsConnection(new NatsOpts { Url = harbor.NatsUrl });

        // dea.update: the same process, in the same state since the same moment, under another id. The DEA's own heartbeats name the old one again.
        foreach (var id in (string[])["updated", "updated-again"])
        {
            var began = (instances[0].Since.ToUnixTimeMilliseconds() / 1000.0).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            await nats.PublishAsync(
                "dea.heartbeat",
                System.Text.Encoding.UTF8.GetBytes($$"""{"dea":"{{simulation.Deas[0].Id}}","ip":"127.0.0.1","droplets":[{"droplet":"{{_app}}","instance":"{{id}}","index":0,"state":"RUNNING","state_timestamp":{{began}},"ports":[{"container_port":4100,"host_port":{{instances[0].Ports[0].HostPort}}}]},{"droplet":"unbound","instance":"u","state":"RUNNING"}]}"""),
                cancellationToken: TestContext.Current.CancellationToken);
            await Eventually.GetAsync(
                () => harbor.Broker.Http.GetStringAsync($"/admin/v1/ports/default/{port}", TestContext.Current.CancellationToken),
                stored => stored.Contains($"\"{id}\"", StringComparison.Ordinal), $"{id} in the port's document", cancellationToken: TestContext.Current.CancellationToken);
            (await connected.EchoesAsync("still here")).ShouldBeTrue();
        }

        // The worker has applied that too when it answers for an instance that came after it.
        var later = await simulation.AddDea().StartAsync(_app, 1, [4100]);
        await ServesAsync(port, [later]);
        (await connected.EchoesAsync("still here")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(nameof(AnnounceMode.Register))]
    [InlineData(nameof(AnnounceMode.Unmodified))]
    public async Task Dea_ThatTellsItsPortsInAnotherWay_IsUnderstood(string announce)
    {
        var port = (await harbor.Broker.PortForAsync(RunningStandalone.NewId(), _app)).Port;
        var simulation = await harbor.NewSimulationAsync();
        var dea = simulation.AddDea(new DeaOptions { Announce = Enum.Parse<AnnounceMode>(announce) });

        var instance = await dea.StartAsync(_app, 0, [4100]);

        await ServesAsync(port, [instance]);
    }

    /// <summary>A port, and so many instances behind it.</summary>
    private async Task<(int Port, DeaSimulation Simulation, IReadOnlyList<AppInstance> Instances)> RunAsync(object parameters, int count, int deas = 1)
    {
        var port = (await harbor.Broker.PortForAsync(RunningStandalone.NewId(), _app, parameters)).Port;
        var simulation = await harbor.NewSimulationAsync();
        for (var i = 0; i < deas; i++)
        {
            simulation.AddDea();
        }

        List<AppInstance> instances = [];
        for (var i = 0; i < count; i++)
        {
            instances.Add(await simulation.Deas[i % deas].StartAsync(_app, i, [4100]));
        }

        return (port, simulation, instances);
    }

    /// <summary>Until each of them has answered.</summary>
    private static async Task ServesAsync(int port, IReadOnlyList<AppInstance> instances)
    {
        var missing = instances.Select(instance => instance.Id).ToHashSet();
        await Eventually.TrueAsync(
            async () =>
            {
                missing.Remove(await EchoClient.TryAskAsync(port) ?? "");
                return missing.Count == 0;
            },
            "an answer of every instance",
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Task<EchoClient> ConnectToAsync(int port, AppInstance instance) => Eventually.GetAsync(
        () => EchoClient.ConnectAsync(port), client => client.InstanceId == instance.Id, $"a connection to instance #{instance.Index}", cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>What is said about others has arrived when two rounds in a row have met these alone.</summary>
    private static Task OnlyAnswersAsync(int port, params AppInstance[] instances)
    {
        var expected = instances.Select(instance => instance.Id).ToHashSet();
        return Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 2 * (instances.Length + 1); i++)
                {
                    if (!expected.Contains(await EchoClient.TryAskAsync(port) ?? ""))
                    {
                        return false;
                    }
                }

                return true;
            },
            "answers of the remaining instances alone",
            cancellationToken: TestContext.Current.CancellationToken);
    }
}
