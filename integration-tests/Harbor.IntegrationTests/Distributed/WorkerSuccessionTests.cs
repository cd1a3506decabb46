using System.Net;
using System.Net.Sockets;
using Harbor.Contracts.Ports;
using Harbor.IntegrationTests.Processes;
using Harbor.IntegrationTests.Traffic;
using Harbor.State.Workers;
using Harbor.Testing;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>A worker that drains, and the next process of its name: each a process, both on the same address.</summary>
[Collection<ClusterCollection>]
public sealed class WorkerSuccessionTests(Cluster cluster)
{
    private const string Worker = "worker-3";

    private readonly string _app = Guid.NewGuid().ToString();

    private static IPAddress Address { get; } = IPAddress.Parse("127.0.0.3");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Draining_KilledWhenTheNextOneRuns_LeavesEveryPortToThat()
    {
        cluster.Require();
        await using var draining = cluster.NewWorker(Worker, Address, drain: TimeSpan.FromHours(1));
        await draining.StartReadyAsync();
        var port = (await cluster.Broker.PortForAsync(Guid.NewGuid().ToString(), _app, new { protocol = "tcp" })).Port;
        var datagramPort = (await cluster.Broker.PortForAsync(Guid.NewGuid().ToString(), _app, new { protocol = "udp" })).Port;
        var released = Guid.NewGuid().ToString();
        var releasedPort = (await cluster.Broker.PortForAsync(released, Guid.NewGuid().ToString(), new { protocol = "both" })).Port;
        var simulation = await cluster.NewSimulationAsync();
        var instance = await simulation.AddDea().StartAsync(_app, 0, [4100, 4101]);
        await ReachedAsync(port, instance.Id);
        using var connection = await EchoClient.ConnectAsync(port, Address);
        using var session = new EchoDatagrams(datagramPort, address: Address);
        (await session.GreetedByAsync()).ShouldBe(instance.Id);

        draining.Process.Terminate();
        await Eventually.TrueAsync(() => !ListeningPorts.IsTcpOpen(port, Address), "the worker drains", cancellationToken: Cancelled);
        await using var next = cluster.NewWorker(Worker, Address);
        await next.StartReadyAsync();

        // The one that drains has its connection, and the port of its session, whose socket it needs; all else is the next one's.
        (await connection.EchoesAsync("in the drain")).ShouldBeTrue();
        await ReachedAsync(port, instance.Id);
        (await DescribedAsync(next, worker => worker.Refused.Count > 0)).Refused.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            refused => refused.Port.ShouldBe(datagramPort),
            refused => refused.Protocol.ShouldBe(TransportProtocol.Udp));
        await cluster.Broker.DeprovisionedAsync(released);
        var added = Guid.NewGuid().ToString();
        var addedPort = (await cluster.Broker.PortForAsync(added, Guid.NewGuid().ToString(), new { protocol = "both" })).Port;
        IsOpen(addedPort).ShouldBeTrue();
        IsOpen(releasedPort).ShouldBeFalse();

        await draining.KillAsync();

        await Should.ThrowAsync<SocketException>(connection.ReadByteAsync, "its connections end with it");
        using var again = new EchoDatagrams(datagramPort, address: Address);
        (await again.GreetedByAsync()).ShouldBe(instance.Id);
        await ReachedAsync(port, instance.Id);
        var described = await DescribedAsync(next, worker => worker.Refused.Count == 0);
        await DescribedAsync(next, worker => worker.Version > described.Version);
        foreach (var stored in await cluster.State.ActivePortsAsync())
        {
            ListeningPorts.IsTcpOpen(stored.Port, Address).ShouldBe(stored.Protocol is not PortProtocol.Udp, $"TCP port {stored.Port}");
            ListeningPorts.IsUdpOpen(stored.Port, Address).ShouldBe(stored.Protocol is not PortProtocol.Tcp, $"UDP port {stored.Port}");
        }

        await cluster.Broker.DeprovisionedAsync(added);
        IsOpen(addedPort).ShouldBeFalse();
        await cluster.State.NothingUnownedAsync();
        await next.StopAsync();
    }

    private static bool IsOpen(int port) => ListeningPorts.IsTcpOpen(port, Address) && ListeningPorts.IsUdpOpen(port, Address);

    private static Task ReachedAsync(int port, string instance)
        => Eventually.GetAsync(() => EchoClient.TryAskAsync(port, Address), id => id == instance, "an answer of the instance", cancellationToken: Cancelled);

    /// <summary>What is stored of the worker, once it is that process's word, alive, and as it should be.</summary>
    private async Task<WorkerDocument> DescribedAsync(HarborChild process, Func<WorkerDocument, bool> condition)
        => (await Eventually.GetAsync(
            () => cluster.State.WorkerAsync(Worker),
            worker => worker is not null && worker.Url == process.Url && worker.LeaseUntil > TimeProvider.System.GetUtcNow() && condition(worker),
            "the later process's document",
            cancellationToken: Cancelled))!;
}
