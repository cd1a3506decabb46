using Harbor.Contracts.Ports;
using Harbor.Contracts.Workers;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;
using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>One worker of every pool: sees the ports in the store, and says what it does with them.</summary>
internal sealed class FakeWorker(FakeEdge edge, IDocuments<PortDocument> ports, IDocuments<WorkerDocument> workers, IBus bus, TimeProvider time) : BackgroundService
{
    public const string Id = "worker-1";

    public static string IdIn(string pool) => pool == PoolDocument.DefaultName ? Id : $"{Id}-{pool}";

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var pool in new[] { PoolDocument.DefaultName, "second" })
        {
            var lease = edge.WorkersAreGone ? time.GetUtcNow().AddDays(-1) : time.GetUtcNow().AddYears(1);
            var document = new WorkerDocument
            {
                Id = IdIn(pool),
                Pool = pool,
                ListenAddress = "::",
                SoftwareVersion = "0",
                StartedAt = time.GetUtcNow(),
                LeaseUntil = lease,
            };
            if (!(await workers.InsertAsync(document, cancellationToken)).Written)
            {
                var known = await workers.GetAsync(document.Id, cancellationToken);
                await workers.ReplaceAsync(document with { Version = known!.Version }, cancellationToken);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in ports.WatchAsync("", stoppingToken))
        {
            if (change.Document is { } port && !edge.WorkersAreSilent)
            {
                await bus.Publish(Say(edge, port), stoppingToken);
            }
        }
    }

    /// <summary>What a worker says of a port as it is in the store.</summary>
    public static object Say(FakeEdge edge, PortDocument port)
    {
        var worker = IdIn(port.Pool);
        return port.State == PortState.Quarantined
            ? new PortClosed { WorkerId = worker, Pool = port.Pool, Port = port.Port, ServiceInstanceId = port.ServiceInstanceId, Life = port.Life }
            : edge.ForeignPorts.ContainsKey(port.Port)
                ? new PortRefused
                {
                    WorkerId = worker,
                    Pool = port.Pool,
                    Port = port.Port,
                    ServiceInstanceId = port.ServiceInstanceId,
                    Life = port.Life,
                    Protocol = TransportProtocol.Tcp,
                    Reason = "address in use",
                    Holder = "redis-server (812)",
                }
                : new PortOpened { WorkerId = worker, Pool = port.Pool, Port = port.Port, ServiceInstanceId = port.ServiceInstanceId, Life = port.Life };
    }
}
