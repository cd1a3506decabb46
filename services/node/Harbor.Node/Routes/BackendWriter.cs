using System.Collections.Concurrent;
using Harbor.Node.Leases;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>
/// Brings port documents in line with the route table: each changed port by one compare-and-swap, several ports at a time. While the store is away the
/// table goes on in memory; what is behind stays queued and is compared when the store is back.
/// </summary>
internal sealed partial class BackendWriter(
    IDocuments<PortDocument> documents,
    NodeViews views,
    RouteService routes,
    DirtyPorts dirty,
    PartitionShare share,
    NodeMetrics metrics,
    TimeProvider time,
    ILogger<BackendWriter> logger) : BackgroundService
{
    /// <summary>Enough to keep a store across a network busy (1,000 writes a second at 10 ms each), few enough not to flood one.</summary>
    private const int Concurrency = 16;

    private static TimeSpan RetryDelay { get; } = TimeSpan.FromMilliseconds(500);

    // What was written here and the watch has not shown yet.
    private readonly ConcurrentDictionary<string, PortDocument> _written = new(StringComparer.Ordinal);
    private int _storeAway;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => WriteAllAsync(stoppingToken)));

    private async Task WriteAllAsync(CancellationToken stoppingToken)
    {
        await foreach (var port in dirty.Queue.ReadAllAsync(stoppingToken))
        {
            var timestamp = dirty.Take(port);
            try
            {
                await WriteAsync(port, timestamp, stoppingToken);
                StoreIsBack();
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was: one port must not end the writing of all others, and is not given up either.
                StoreIsAway(port, exception);
                _written.TryRemove(port, out _);
                await Task.Delay(RetryDelay, time, stoppingToken);
                dirty.PutBack(port, timestamp);
            }
        }
    }

    private async Task WriteAsync(string id, long timestamp, CancellationToken cancellationToken)
    {
        var port = Newest(id);
        while (port is { State: PortState.Active })
        {
            var merged = BackendMerge.Merge(port.Backends, routes.BackendsOf(port), share.Owns);
            if (ReferenceEquals(merged, port.Backends))
            {
                return;
            }

            var result = await documents.ReplaceAsync(port with { Backends = merged }, cancellationToken);
            if (result.Written)
            {
                _written[id] = result.Document!;
                metrics.RouteWritten(time.GetElapsedTime(timestamp));
                Report(port, merged);
                return;
            }

            metrics.RouteConflict();
            port = await documents.GetAsync(id, cancellationToken);
        }

        _written.TryRemove(id, out _);
    }

    private PortDocument? Newest(string id)
    {
        var seen = views.Ports.Find(id);
        if (!_written.TryGetValue(id, out var written))
        {
            return seen;
        }

        if (seen is not null && seen.Version >= written.Version)
        {
            _written.TryRemove(new(id, written));
            return seen;
        }

        return written;
    }

    private void StoreIsAway(string port, Exception exception)
    {
        if (exception is not StateUnavailableException)
        {
            Log.Failed(logger, port, exception);
        }
        else if (Interlocked.Exchange(ref _storeAway, 1) == 0)
        {
            Log.StoreAway(logger, exception.Message);
        }
    }

    private void StoreIsBack()
    {
        if (Volatile.Read(ref _storeAway) == 1 && Interlocked.Exchange(ref _storeAway, 0) == 1)
        {
            Log.StoreBack(logger);
        }
    }
}
