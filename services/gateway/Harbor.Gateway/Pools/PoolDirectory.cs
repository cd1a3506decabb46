using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Instances;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Pools;

/// <summary>The pools, and whether one of their ports may be asked for.</summary>
internal sealed class PoolDirectory(
    DocumentView<PoolDocument> view, IDocuments<PoolDocument> pools, IDocuments<PortDocument> ports, DependencyLimit limit, TimeProvider time)
{
    /// <summary>From the store: a change made through any gateway shows in the next answer.</summary>
    public Task<PoolDocument?> FindAsync(string name, CancellationToken cancellationToken)
        => limit.WithinAsync(token => pools.GetAsync(name, token), cancellationToken);

    /// <summary>From memory: good enough to check a request by, and milliseconds behind at most.</summary>
    public PoolDocument? Known(string name) => view.Find(name);

    public IReadOnlyList<PoolDocument> All => [.. view.All.OrderBy(pool => pool.Id, StringComparer.Ordinal)];

    /// <summary>
    /// Why the requested port cannot be had, as far as that can be told at once; null where nothing speaks against it. The node has the last word.
    /// </summary>
    public async Task<BrokerAnswer?> RefusalOfAsync(PoolDocument pool, ServiceInstanceDocument wanted, CancellationToken cancellationToken)
    {
        if (wanted.Parameters.Port is not { } number)
        {
            return null;
        }

        var port = await limit.WithinAsync(token => ports.GetAsync(PortDocument.IdOf(pool.Id, number), token), cancellationToken);
        return port is null || port.ServiceInstanceId == wanted.Id ? null
            : port.State == PortState.Active ? BrokerAnswer.BadRequest($"Port {number} is taken.")
            : port.QuarantinedUntil > time.GetUtcNow() ? BrokerAnswer.BadRequest($"Port {number} was released a short while ago. Try again later.")
            : null;
    }
}
