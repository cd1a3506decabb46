using Harbor.Contracts.Workers;
using Harbor.Gateway.Auditing;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Users;
using Harbor.Gateway.Workers;
using Harbor.State.Documents;
using Harbor.State.Ports;
using Harbor.State.Workers;

namespace Harbor.Gateway.Admin;

/// <summary>What operators see of ports, and do to them.</summary>
internal sealed class PortAdmin(IDocuments<PortDocument> ports, LiveWorkers workers, OperationRunner operations, DependencyLimit limit, AuditTrail audit)
{
    /// <summary>Documents read at once while filtering.</summary>
    private const int Page = 500;

    public async Task<PortList> ListAsync(PortFilter filter, CancellationToken cancellationToken)
    {
        List<PortDocument> found = [];
        var query = QueryOf(filter);
        while (found.Count <= filter.Limit)
        {
            var page = await limit.WithinAsync(token => ports.QueryAsync(query, token), cancellationToken);
            found.AddRange(page.Where(port => Matches(filter, port)));
            if (page.Count < Page)
            {
                break;
            }

            query = query with { AfterId = page[^1].Id };
        }

        return new PortList([.. found.Take(filter.Limit).Select(Show)], found.Count > filter.Limit ? found[filter.Limit - 1].Id : null);
    }

    public async Task<PortDetail?> FindAsync(string pool, int number, CancellationToken cancellationToken)
        => await GetAsync(pool, number, cancellationToken) is { } port
            ? new PortDetail(Show(port), port.Policy, port.Apps, port.Backends, [.. workers.All.Where(worker => worker.Pool == pool).Select(worker => View(worker, port))])
            : null;

    /// <summary>Null where nobody has the port, false where the bus did not take the command.</summary>
    public async Task<bool?> RelistenAsync(string pool, int number, GatewayUser user)
    {
        if (await GetAsync(pool, number, CancellationToken.None) is not { State: PortState.Active } port)
        {
            return null;
        }

        var isSent = await operations.SendAsync(new RelistenPort { Pool = pool, Port = number, ServiceInstanceId = port.ServiceInstanceId, Life = port.Life });
        if (isSent)
        {
            audit.Port(user.Name, "relisten", pool, number);
        }

        return isSent;
    }

    private Task<PortDocument?> GetAsync(string pool, int number, CancellationToken cancellationToken)
        => pool.Length > 255 ? Task.FromResult<PortDocument?>(null) : limit.WithinAsync(token => ports.GetAsync(PortDocument.IdOf(pool, number), token), cancellationToken);

    private static DocumentQuery QueryOf(PortFilter filter)
    {
        var query = filter.Instance is { } instance ? DocumentQuery.Where(PortIndexes.Party, PortIndexes.OfInstance(instance))
            : filter.App is { } app ? DocumentQuery.Where(PortIndexes.Party, PortIndexes.OfApp(app))
            : DocumentQuery.All;
        return query with { IdPrefix = filter.Pool is { } pool ? PortDocument.PrefixOf(pool) : null, AfterId = filter.After, Limit = Page };
    }

    private static bool Matches(PortFilter filter, PortDocument port)
        => (filter.App is null || port.Apps.Any(app => app.AppGuid == filter.App)) && (filter.State is null || StateOf(port) == filter.State);

    private static PortStatus Show(PortDocument port) => new(
        port.Pool,
        port.Port,
        port.Protocol.ToString().ToLowerInvariant(),
        StateOf(port),
        port.ServiceInstanceId,
        [.. port.Apps.Select(app => app.AppGuid)],
        port.Backends.Count,
        port.AllocatedAt,
        port.QuarantinedUntil);

    private PortWorkerView View(WorkerDocument worker, PortDocument port)
    {
        if (!workers.IsLive(worker))
        {
            return new PortWorkerView(worker.Id, "gone", null, null);
        }

        return worker.Refused.FirstOrDefault(refused => refused.Port == port.Port) is { } refused
            ? new PortWorkerView(worker.Id, "refused", refused.Reason, refused.Holder)
            : new PortWorkerView(worker.Id, port.State == PortState.Active ? "listening" : "closed", null, null);
    }

    private static string StateOf(PortDocument port) => port.State == PortState.Active ? "active" : "quarantined";
}
