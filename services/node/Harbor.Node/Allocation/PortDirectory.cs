using System.Collections.Concurrent;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;

namespace Harbor.Node.Allocation;

/// <summary>What the node knows of pools, ports and workers without asking the store: views kept by watches, and the free ports that follow from them.</summary>
internal sealed class PortDirectory
{
    private readonly ConcurrentDictionary<string, PortPool> _pools = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _heldBy = new(StringComparer.Ordinal);

    public PortDirectory(NodeViews views)
    {
        Ports = views.Ports;
        Pools = views.Pools;
        Workers = views.Workers;
        Ports.Changed += OnPort;
        Pools.Changed += OnPool;
    }

    public DocumentView<PortDocument> Ports { get; }

    public DocumentView<PoolDocument> Pools { get; }

    public DocumentView<WorkerDocument> Workers { get; }

    /// <summary>The free ports of a pool; null where there is no such pool.</summary>
    public PortPool? FreePortsOf(string pool) => Pools.Find(pool) is null ? null : PoolOf(pool);

    /// <summary>The port that the instance holds, or held last and alone may have back at once, as far as it is known here.</summary>
    public PortDocument? LastPortOf(string serviceInstanceId) => _heldBy.TryGetValue(serviceInstanceId, out var id) ? Ports.Find(id) : null;

    /// <summary>Ports of the pool that a worker which is alive could not open.</summary>
    public HashSet<int> RefusedPorts(string pool, DateTimeOffset now)
    {
        var refused = new HashSet<int>();
        foreach (var worker in Workers.All)
        {
            if (worker.Pool == pool && worker.LeaseUntil > now)
            {
                refused.UnionWith(worker.Refused.Select(port => port.Port));
            }
        }

        return refused;
    }

    /// <summary>
    /// Puts a port that was reserved and not taken, or taken and given up, back to where its document says it is. A document that is deleted before the watch
    /// has looked is never seen there, and neither is its end.
    /// </summary>
    public void Restore(string pool, int port)
    {
        if (Ports.Find(PortDocument.IdOf(pool, port)) is { } known)
        {
            Place(known);
        }
        else
        {
            PoolOf(pool).SetFree(port);
        }
    }

    private PortPool PoolOf(string pool) => _pools.GetOrAdd(pool, _ => new PortPool(Random.Shared));

    private void OnPool(DocumentViewChange<PoolDocument> change)
    {
        if (change.After is { } pool)
        {
            PoolOf(pool.Id).SetRange(pool.FirstPort, pool.LastPort);
        }
    }

    private void OnPort(DocumentViewChange<PortDocument> change)
    {
        if (change.Before is { } before && change.After?.ServiceInstanceId != before.ServiceInstanceId)
        {
            _heldBy.TryRemove(new(before.ServiceInstanceId, before.Id));
        }

        if (change.After is not { } port)
        {
            PoolOf(change.Before!.Pool).SetFree(change.Before.Port);
            return;
        }

        if (port.State is PortState.Active || !_heldBy.TryGetValue(port.ServiceInstanceId, out var held) || Ports.Find(held) is not { State: PortState.Active })
        {
            _heldBy[port.ServiceInstanceId] = port.Id;
        }

        Place(port);
    }

    private void Place(PortDocument port)
    {
        if (port is { State: PortState.Quarantined, QuarantinedUntil: { } until })
        {
            PoolOf(port.Pool).SetQuarantined(port.Port, until);
        }
        else
        {
            PoolOf(port.Pool).SetUsed(port.Port);
        }
    }
}
