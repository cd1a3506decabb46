using System.Net;
using Harbor.Proxy.DataPlane;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Routing;

/// <summary>
/// Owns the relay engine for the life of the worker: follows the stored ports of the pool into <see cref="PortRoutes"/>, and on the way out
/// stops listening, lets connections end, and resets what is left. A store that is away changes nothing: the watch waits for it.
/// </summary>
internal sealed partial class RouteWatch(
    IDocuments<PortDocument> ports,
    IDocuments<PoolDocument> pools,
    PortRoutes routes,
    Func<RelayOptions, IRelayEngine> createEngine,
    IOptions<ProxyOptions> options,
    IOptions<PoolRangeOptions> ranges,
    ILogger<RouteWatch> logger) : BackgroundService
{
    private IRelayEngine? _engine;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_engine is not { } engine)
        {
            return;
        }

        _engine = null;
        Log.Draining(logger, options.Value.DrainTimeout);
        try
        {
            await engine.DrainAsync(options.Value.DrainTimeout, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is shorter than ours: what is left is reset below.
        }

        await engine.DisposeAsync();
        Log.Stopped(logger);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pool = options.Value.Pool;
        _engine = createEngine(new RelayOptions
        {
            ListenAddress = IPAddress.Parse(options.Value.ListenAddress),
            Engine = options.Value.Engine,
            SourcePrefixIPv6 = options.Value.SourcePrefixIPv6,
            ReservedRange = await FindRangeAsync(pool, stoppingToken),
        });
        Log.Started(logger, options.Value.WorkerId, pool, _engine.Name, options.Value.ListenAddress);
        var applying = routes.ApplyAsync(_engine, stoppingToken);
        try
        {
            await foreach (var change in ports.WatchAsync(PortDocument.PrefixOf(pool), stoppingToken))
            {
                Follow(change);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker stops.
        }

        await applying;
    }

    private void Follow(DocumentChange<PortDocument> change)
    {
        switch (change.Kind)
        {
            case DocumentChangeKind.SnapshotStarted:
                routes.BeginSnapshot();
                break;
            case DocumentChangeKind.Upserted:
                routes.Upsert(change.Document!);
                break;
            case DocumentChangeKind.Deleted:
                routes.Delete(change.Id);
                break;
            case DocumentChangeKind.SnapshotCompleted:
                routes.CompleteSnapshot();
                break;
        }
    }

    /// <summary>The pool's range as stored, which an operator may have changed; before the pool exists, as configured.</summary>
    private async Task<(int First, int Last)> FindRangeAsync(string pool, CancellationToken stoppingToken)
    {
        try
        {
            if (await pools.GetAsync(pool, stoppingToken) is { } stored)
            {
                return (stored.FirstPort, stored.LastPort);
            }
        }
        catch (StateUnavailableException)
        {
            // The watch waits for the store; which range is kept free of outgoing sockets is not worth waiting for.
        }

        return ranges.Value.RangeOf(pool);
    }

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Information, "Worker {WorkerId} serves the ports of pool {Pool} with the {Engine} engine, on {ListenAddress}")]
        public static partial void Started(ILogger logger, string workerId, string pool, string engine, string listenAddress);

        [LoggerMessage(3011, LogLevel.Information, "The worker stops: no new connections; those that are open have {DrainTimeout}")]
        public static partial void Draining(ILogger logger, TimeSpan drainTimeout);

        [LoggerMessage(3012, LogLevel.Information, "The worker has stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
