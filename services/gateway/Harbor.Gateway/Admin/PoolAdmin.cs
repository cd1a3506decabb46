using System.Text.Json;
using Harbor.Gateway.Auditing;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Pools;
using Harbor.Gateway.Users;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.Gateway.Admin;

/// <summary>What operators see of pools, and change.</summary>
internal sealed class PoolAdmin(
    IDocuments<PoolDocument> pools, DocumentView<PoolDocument> view, IDocuments<PortDocument> ports, DependencyLimit limit, AuditTrail audit)
{
    public async Task<IReadOnlyList<PoolStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await limit.WithinAsync(token => pools.QueryAsync(DocumentQuery.All, token), cancellationToken);
        return await Task.WhenAll(all.Select(pool => ShowAsync(pool, cancellationToken)));
    }

    public async Task<PoolStatus?> FindAsync(string name, CancellationToken cancellationToken)
        => name.Length is > 0 and <= 64 && await limit.WithinAsync(token => pools.GetAsync(name, token), cancellationToken) is { } pool
            ? await ShowAsync(pool, cancellationToken)
            : null;

    /// <summary>The pool as it is then; null where there is none.</summary>
    public async Task<PoolStatus?> ChangeAsync(string name, PoolChange change, GatewayUser user)
    {
        while (true)
        {
            if (name.Length is 0 or > 64 || await limit.WithinAsync(token => pools.GetAsync(name, token), CancellationToken.None) is not { } before)
            {
                return null;
            }

            var after = change.Of(before);
            if (after == before)
            {
                return await ShowAsync(before, CancellationToken.None);
            }

            var result = await limit.WithinAsync(token => pools.ReplaceAsync(after, token), CancellationToken.None);
            if (result.Written)
            {
                audit.Pool(user.Name, name, Text(before), Text(after));

                // Requests are checked by the view: whoever was told of a change must not see this gateway go by the pool of before.
                await limit.WithinAsync(token => new ValueTask<PoolDocument?>(view.WaitForAsync(name, pool => pool?.Version >= result.Document!.Version, token)), CancellationToken.None);
                return await ShowAsync(after, CancellationToken.None);
            }
        }
    }

    private async Task<PoolStatus> ShowAsync(PoolDocument pool, CancellationToken cancellationToken)
    {
        var prefix = DocumentQuery.All with { IdPrefix = PortDocument.PrefixOf(pool.Id) };
        var used = (await limit.WithinAsync(token => ports.QueryAsync(prefix, token), cancellationToken)).Where(port => port.State == PortState.Active).ToList();
        var range = new PortRange(pool.FirstPort, pool.LastPort);
        int[] outside = [.. used.Select(port => port.Port).Where(port => !range.Contains(port)).Order()];
        return new PoolStatus(
            pool.Id, range, pool.Host, pool.Hostname, pool.HostExternal, pool.HostnameExternal, pool.Quarantine.TotalSeconds, used.Count, outside.Length == 0 ? null : outside);
    }

    private static string Text(PoolDocument pool) => JsonSerializer.Serialize(
        new { pool.FirstPort, pool.LastPort, pool.Host, pool.Hostname, pool.HostExternal, pool.HostnameExternal, QuarantineSeconds = pool.Quarantine.TotalSeconds });
}
