using Harbor.Node.Routes;
using Harbor.State.Documents;
using Harbor.State.Leases;
using Microsoft.Extensions.Options;

namespace Harbor.Node.Leases;

/// <summary>
/// Keeps this node's share of the DEAs: renews it twice a second, takes over what dead nodes leave, and gives it up in order at the end. Every node hears
/// every DEA and has the whole table, so a share moves without a word from anybody; what is divided is the writing, the telling of reasons, and the asking for main ports.
/// </summary>
internal sealed partial class PartitionKeeper(
    IDocuments<PartitionsDocument> documents,
    PartitionShare share,
    RouteService routes,
    OthersWrites others,
    NodeViews views,
    IOptions<NodeOptions> options,
    NodeMetrics metrics,
    TimeProvider time,
    ILogger<PartitionKeeper> logger) : BackgroundService
{
    private readonly PartitionTable _table = new(NameOf(options.Value), time);

    /// <summary>Between two looks: see <see cref="PartitionTable.MemberSilence"/> for what depends on it.</summary>
    internal static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        share.GiveUp();
        try
        {
            if (await documents.GetAsync(PartitionsDocument.DeaEvents, cancellationToken) is { } stored)
            {
                await documents.ReplaceAsync(_table.Without(stored), cancellationToken);
            }
        }
        catch (StateUnavailableException)
        {
            // Then the others find out by its silence.
        }
    }

    /// <summary>One look: true where this node's share is renewed.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var stored = await documents.GetAsync(PartitionsDocument.DeaEvents, cancellationToken);
        var next = _table.Next(stored);
        var owned = Owned(next);
        var lost = owned.Zip(Owned(stored), (after, before) => before && !after).Any(handed => handed);
        if (lost)
        {
            // Stop first: what is handed on must not be written by two.
            share.Renew([.. owned.Zip(Owned(stored), (after, before) => after && before)], since);
        }

        if (share.Gains(owned).Count > 0)
        {
            // What is taken over is taken over from what is stored.
            others.Hear();
            await others.KnownAsync(cancellationToken);
        }

        var result = stored is null ? await documents.InsertAsync(next, cancellationToken) : await documents.ReplaceAsync(next, cancellationToken);
        if (result.Written && share.Renew(owned, since) is { Count: > 0 } gained)
        {
            Log.Gained(logger, gained.Count, owned.Count(isOwned => isOwned), next.Members.Count);
            routes.TakeOver(views.Ports.All, dea => gained.Contains(Partitions.Of(dea)));
        }

        return result.Written;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await views.Ports.ReadyAsync(stoppingToken);
        metrics.Observe("harbor.node.partitions", "{partition}", "Partitions of the DEAs' ids for which this node writes.", () => share.Count);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await TryRenewAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryRenewAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Others renew at the same moments; a few lost races are no reason to wait a second.
            for (var attempt = 0; attempt < 5 && !await RenewAsync(stoppingToken); attempt++)
            {
            }

            if (_table.IsAtRest && !routes.IsSuspended)
            {
                others.Rest();
            }
            else
            {
                others.Hear();
            }
        }
        catch (StateUnavailableException exception)
        {
            others.Hear();
            Log.NotRenewed(logger, exception.Message);
        }
    }

    private bool[] Owned(PartitionsDocument? document)
        => [.. Enumerable.Range(0, Partitions.Count).Select(partition => document is not null && document.Owners.ElementAtOrDefault(partition) == _table.Self)];

    private static string NameOf(NodeOptions options)
        => options.NodeId ?? (new Uri(options.Url) is { Port: > 0 } url ? $"{Environment.MachineName}:{url.Port}" : $"{Environment.MachineName}:{Guid.NewGuid():N}");

    private static partial class Log
    {
        [LoggerMessage(2300, LogLevel.Information, "Writing for {Gained} more of the DEAs' partitions, {Owned} in all, among {Nodes} nodes")]
        public static partial void Gained(ILogger logger, int gained, int owned, int nodes);

        [LoggerMessage(2301, LogLevel.Debug, "The share of the DEAs is not renewed: {Error}")]
        public static partial void NotRenewed(ILogger logger, string error);
    }
}
