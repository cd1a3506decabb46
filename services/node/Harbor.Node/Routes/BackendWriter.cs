using System.Collections.Concurrent;
using Harbor.Node.Leases;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>
/// Brings port documents in line with the route table: each changed port by a compare-and-swap, many ports in one command, and one port by one writer at a time. While the store is away the
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
    /// <summary>A store across a network is kept busy while answers are under way. Each waits for its own command, so more of them mean smaller ones.</summary>
    private const int Writers = 4;

    /// <summary>What queues up while a command is under way goes into the next one. Beyond this a command costs no less for each document (measured: 64 and 256 alike).</summary>
    private const int BatchSize = 64;

    private static TimeSpan RetryDelay { get; } = TimeSpan.FromMilliseconds(500);

    // What was written here and the watch has not shown yet.
    private readonly ConcurrentDictionary<string, PortDocument> _written = new(StringComparer.Ordinal);
    private int _storeAway;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAllAsync(stoppingToken)));

    private async Task WriteAllAsync(CancellationToken stoppingToken)
    {
        var batch = new List<RouteWrite>(BatchSize);
        while (await dirty.Queue.WaitToReadAsync(stoppingToken))
        {
            while (batch.Count < BatchSize && dirty.Queue.TryRead(out var next))
            {
                if (dirty.TryTake(next.Port, out var timestamp))
                {
                    batch.Add(new(next.Port, timestamp));
                }
            }

            try
            {
                await TryWriteAsync(batch, stoppingToken);
            }
            finally
            {
                batch.ForEach(write => dirty.Finish(write.Id));
                batch.Clear();
            }
        }
    }

    private async Task TryWriteAsync(List<RouteWrite> batch, CancellationToken stoppingToken)
    {
        try
        {
            await WriteAsync(batch, stoppingToken);
            StoreIsBack();
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            batch.ForEach(write => write.Leave());
            if (batch.Count > 1 && exception is not StateUnavailableException)
            {
                // One of them is at fault, and must not end the writing of the others.
                foreach (var write in batch)
                {
                    await TryWriteAsync([write], stoppingToken);
                }

                return;
            }

            // Nothing is given up, whatever it was.
            StoreIsAway(batch[0].Id, exception);
            batch.ForEach(write => _written.TryRemove(write.Id, out _));
            await Task.Delay(RetryDelay, time, stoppingToken);
            batch.ForEach(write => dirty.PutBack(write.Id, write.Timestamp));
        }
    }

    private async Task WriteAsync(List<RouteWrite> batch, CancellationToken cancellationToken)
    {
        var left = batch;
        for (var lost = false; left.Count > 0; lost = true)
        {
            var ports = await Task.WhenAll(left.Select(write => NewestAsync(write.Id, read: lost, cancellationToken).AsTask()));
            left = left.Where((write, place) => Prepare(write, ports[place])).ToList();
            left = await StoreAsync(left, cancellationToken);
        }
    }

    /// <summary>True where there is something to write.</summary>
    private bool Prepare(RouteWrite write, PortDocument? port)
    {
        if (port is not { State: PortState.Active })
        {
            _written.TryRemove(write.Id, out _);
            return false;
        }

        var merged = BackendMerge.Merge(port.Backends, routes.BackendsOf(port), share.Owns, MayRemove);
        if (ReferenceEquals(merged, port.Backends))
        {
            return false;
        }

        write.Begin(port, addresses.Claim(port with { Backends = merged }, port.Backends, write.Timestamp));
        ReportWaiting(port, merged, write.Port.Backends);
        if (write.Port.Backends.SequenceEqual(port.Backends))
        {
            // All that is new waits for another port's document.
            write.Settle(null);
            return false;
        }

        return true;
    }

    /// <summary>Those that lost against another writer: to be read again, and compared again.</summary>
    private async Task<List<RouteWrite>> StoreAsync(List<RouteWrite> batch, CancellationToken cancellationToken)
    {
        var results = await documents.ReplaceAllAsync(batch.ConvertAll(write => write.Port), cancellationToken);
        var lost = new List<RouteWrite>();
        foreach (var (write, result) in batch.Zip(results))
        {
            if (!result.Written)
            {
                // It may have been stored and then replaced by another writer: what it claims stays taken until the port has been read again.
                write.Leave();
                metrics.RouteConflict();
                lost.Add(write);
                continue;
            }

            write.Settle(result.Document);
            _written[write.Id] = result.Document!;
            metrics.RouteWritten(time.GetElapsedTime(write.Timestamp));
            Report(write.Stored, write.Port.Backends);
        }

        return lost;
    }

    /// <summary>An entry is its DEA's writer's; but an address that another instance has now must not wait for a writer who has not heard of that yet.</summary>
    private bool MayRemove(BackendEntry entry)
        => share.Owns(entry.DeaId)
           || (routes.HolderOf(entry) is { } holder && (holder.App != entry.AppGuid || holder.Instance != entry.InstanceId) && share.Owns(holder.Dea));

    /// <param name="id">The port.</param>
    /// <param name="read">What is known is too old.</param>
    /// <param name="cancellationToken">The end of it all.</param>
    private async ValueTask<PortDocument?> NewestAsync(string id, bool read, CancellationToken cancellationToken)
    {
        if (!read && !addresses.IsUnsure(id))
        {
            return Newest(id);
        }

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
