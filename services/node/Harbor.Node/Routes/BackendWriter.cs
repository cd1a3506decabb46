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
    StoredAddresses addresses,
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
        await foreach (var (_, _, port) in dirty.Queue.ReadAllAsync(stoppingToken))
        {
            if (!dirty.TryTake(port, out var timestamp))
            {
                continue;
            }

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
            finally
            {
                dirty.Finish();
            }
        }
    }

    private async Task WriteAsync(string id, long timestamp, CancellationToken cancellationToken)
    {
        var port = addresses.IsUnsure(id) ? await ReadAsync(id, cancellationToken) : Newest(id);
        while (port is { State: PortState.Active })
        {
            var merged = BackendMerge.Merge(port.Backends, routes.BackendsOf(port), share.Owns, MayRemove);
            if (ReferenceEquals(merged, port.Backends))
            {
                return;
            }

            using var claim = addresses.Claim(port with { Backends = merged }, port.Backends, timestamp);
            if (claim.Port.Backends.SequenceEqual(port.Backends))
            {
                // All that is new waits for another port's document.
                claim.Settle(null);
                return;
            }

            var result = await documents.ReplaceAsync(claim.Port, cancellationToken);
            claim.Settle(result.Written ? result.Document : null);
            if (result.Written)
            {
                _written[id] = result.Document!;
                metrics.RouteWritten(time.GetElapsedTime(timestamp));
                Report(port, claim.Port.Backends);
                return;
            }

            metrics.RouteConflict();
            port = await ReadAsync(id, cancellationToken);
        }

        _written.TryRemove(id, out _);
    }

    /// <summary>An entry is its DEA's writer's; but an address that another instance has now must not wait for a writer who has not heard of that yet.</summary>
    private bool MayRemove(BackendEntry entry)
        => share.Owns(entry.DeaId)
           || (routes.HolderOf(entry) is { } holder && (holder.App != entry.AppGuid || holder.Instance != entry.InstanceId) && share.Owns(holder.Dea));

    private async ValueTask<PortDocument?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        var port = await documents.GetAsync(id, cancellationToken);
        addresses.Confirm(id, port);
        return port;
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
