using System.Net;
using Harbor.IntegrationTests.Traffic;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>The whole path over processes of their own, and each of them killed.</summary>
[Collection<ClusterCollection>]
public sealed class DistributedTests(Cluster cluster)
{
    private readonly string _app = Guid.NewGuid().ToString();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Port_IsOpenOnEveryWorkerWhenTheProvisionIsAnswered_AndClosedWhenTheDeprovisionIs()
    {
        cluster.Require();
        var (id, port) = await PortAsync("both");

        foreach (var address in Cluster.WorkerAddresses)
        {
            ListeningPorts.IsTcpOpen(port, address).ShouldBeTrue();
            ListeningPorts.IsUdpOpen(port, address).ShouldBeTrue();
        }

        await cluster.Broker.DeprovisionedAsync(id);

        foreach (var address in Cluster.WorkerAddresses)
        {
            ListeningPorts.IsTcpOpen(port, address).ShouldBeFalse();
            ListeningPorts.IsUdpOpen(port, address).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Instance_ThatADeaTellsOf_IsReachedThroughEveryWorker()
    {
        cluster.Require();
        var (_, port) = await PortAsync("tcp");
        var simulation = await cluster.NewSimulationAsync();

        var instance = await simulation.AddDea().StartAsync(_app, 0, [4100]);

        await ReachedAsync(port, instance.Id);
        await simulation.Deas[0].CrashAsync(instance);
        foreach (var address in Cluster.WorkerAddresses)
        {
            await Eventually.TrueAsync(async () => await EchoClient.TryAskAsync(port, address) is null, $"no answer at {address}", cancellationToken: Cancelled);
        }
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("node")]
    [InlineData("worker")]
    [InlineData("rabbitmq")]
    [InlineData("mongodb")]
    [InlineData("nats")]
    public async Task KilledAndStartedAgain_LosesNothingThatWasAnswered(string victim)
    {
        cluster.Require();
        var (id, port) = await PortAsync("tcp");
        var simulation = await cluster.NewSimulationAsync();
        var instance = await simulation.AddDea().StartAsync(_app, 0, [4100]);
        await ReachedAsync(port, instance.Id);
        using var open = await EchoClient.ConnectAsync(port, Cluster.WorkerAddresses[0]);

        var restore = await KillAsync(victim);

        // Whatever is gone, the traffic of the other processes is not (the second worker is the one that is killed).
        (await open.EchoesAsync("while it is gone")).ShouldBeTrue();
        (await EchoClient.TryAskAsync(port, Cluster.WorkerAddresses[0])).ShouldBe(instance.Id);

        await restore();
        await ReachedAsync(port, instance.Id);
        (await open.EchoesAsync("after it came back")).ShouldBeTrue();
        (await cluster.Broker.FetchBindingAsync(id, $"{id}-binding")).Port.ShouldBe(port);

        var another = Guid.NewGuid().ToString();
        await Eventually.GetAsync(
            () => cluster.Broker.ProvisionAsync(another), answer => answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, "a new port after it came back", TimeSpan.FromSeconds(60), Cancelled);
        await cluster.Broker.DeprovisionedAsync(another);
    }

    [Fact]
    public async Task Worker_ThatWasAway_ServesWhatChangedMeanwhile()
    {
        cluster.Require();
        var (released, oldPort) = await PortAsync("tcp");
        await cluster.Workers[1].KillAsync();

        await cluster.Broker.DeprovisionedAsync(released);
        var added = Guid.NewGuid().ToString();
        await cluster.Broker.ProvisionedInItsTimeAsync(added, new { protocol = "tcp" });
        var port = Credentials(await cluster.Broker.BoundAsync(added, $"{added}-binding", _app)).Port;
        await cluster.Workers[1].StartReadyAsync();

        ListeningPorts.IsTcpOpen(port, Cluster.WorkerAddresses[1]).ShouldBeTrue();
        ListeningPorts.IsTcpOpen(oldPort, Cluster.WorkerAddresses[1]).ShouldBeFalse();
    }

    private static Contracts.Credentials.PortCredentials Credentials(System.Text.Json.Nodes.JsonObject binding) => Broker.BrokerClient.CredentialsOf(binding);

    private static async Task ReachedAsync(int port, string instanceId)
    {
        foreach (var address in Cluster.WorkerAddresses)
        {
            await Eventually.GetAsync(() => EchoClient.TryAskAsync(port, address), id => id == instanceId, $"an answer at {address}", cancellationToken: Cancelled);
        }
    }

    private async Task<(string Id, int Port)> PortAsync(string protocol)
    {
        var id = Guid.NewGuid().ToString();
        return (id, (await cluster.Broker.PortForAsync(id, _app, new { protocol })).Port);
    }

    /// <summary>Kills it, and gives the way back.</summary>
    private async Task<Func<Task>> KillAsync(string victim)
    {
        switch (victim)
        {
            case "gateway":
                await cluster.Gateway.KillAsync();
                return cluster.Gateway.StartReadyAsync;
            case "node":
                await cluster.Node.KillAsync();
                return cluster.Node.StartReadyAsync;
            case "worker":
                await cluster.Workers[1].KillAsync();
                return cluster.Workers[1].StartReadyAsync;
            case "rabbitmq":
                await cluster.RabbitLink.CutAsync();
                return () =>
                {
                    cluster.RabbitLink.Restore();
                    return AllReadyAsync();
                };
            case "mongodb":
                await cluster.Mongo.KillAsync();
                return async () =>
                {
                    await cluster.Mongo.RestartAsync(Cancelled);
                    await AllReadyAsync();
                };
            default:
                await cluster.Nats.KillAsync();
                return async () =>
                {
                    await cluster.Nats.RestartAsync(Cancelled);
                    await AllReadyAsync();
                };
        }
    }

    private async Task AllReadyAsync()
    {
        foreach (var process in cluster.All)
        {
            await process.BecomesReadyAsync();
        }
    }
}
