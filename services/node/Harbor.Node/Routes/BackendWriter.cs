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
    OthersWrites others,
    PartitionShare share,
    NodeMetrics metrics,
    TimeProvider time,
    ILogger<BackendWriter> logger) : BackgroundService
{
    /// <summary>A store across a network is kept busy while answers are under way. Each waits for its own command, so more of them mean smaller ones.</summary>
    private const int Writers = 4;

    /// <summary>What queues up while a command is under way goes into the next one. Beyond this a command costs no less for each document (measured: 64 and 256 alike).</summary>
    private const int BatchSize = 64;

    /// <summary>Between two looks for a port that has settled: each goes through all that wait.</summary>
    private static TimeSpan SettlingLook { get; } = TimeSpan.FromMilliseconds(50);

    private static TimeSpan RetryDelay { get; } = TimeSpan.FromMilliseconds(500);

    // What was written here and the watch has not shown yet.
    private readonly ConcurrentDictionary<string, PortDocument> _written = new(StringComparer.Ordinal);
    private readonly WritePace _pace = new(time);
    private int _storeAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        views.Ports.Changed += OnPort;
        using var writers = new SemaphoreSlim(Writers);
        try
        {
            while (await dirty.Queue.WaitToReadAsync(stoppingToken))
            {
                if (_pace.Wait is { Ticks: > 0 } wait && dirty.Count < BatchSize)
                {
                    await Task.Delay(wait, time, stoppingToken);
                }

                await writers.WaitAsync(stoppingToken);
                if (Take() is { Count: > 0 } batch)
                {
                    _pace.Begin();

                    // Beside this loop: to put a batch together takes time too.
                    _ = Task.Run(() => WriteAsync(batch, writers, stoppingToken), CancellationToken.None);
                }
                else
                {
                    writers.Release();
                    if (dirty.IsStorm)
                    {
                        // All that waits has to settle first.
                        await Task.Delay(SettlingLook, time, stoppingToken);
                    }
                }
            }
        }
        finally
        {
            views.Ports.Changed -= OnPort;
            for (var writer = 0; writer < Writers; writer++)
            {
                await writers.WaitAsync(CancellationToken.None);
            }
        }
    }

    private List<RouteWrite> Take()
    {
        var batch = new List<RouteWrite>();

        // Once around: what has to settle stands at the end again.
        for (var left = dirty.Queue.Count; left > 0 && batch.Count < BatchSize && dirty.Queue.TryRead(out var next); left--)
        {
            if (dirty.TryTake(next.Port, out var timestamp))
            {
                batch.Add(new(next.Port, timestamp));
            }
        }

        return batch;
    }

    private async Task WriteAsync(List<RouteWrite> batch, SemaphoreSlim writers, CancellationToken stoppingToken)
    {
        try
        {
            await TryWriteAsync(batch, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of it all.
        }
        finally
        {
            batch.ForEach(write => dirty.Finish(write.Id));
            writers.Release();
        }
    }

    /// <summary>
    /// An entry for which this node writes came from another writer: the last word of one that has lost its share meanwhile. Whether it is true, this node knows.
    /// (Of what others take out nothing is put back here: two whose tables differ for a moment would do so in turns.)
    /// </summary>
    private void OnPort(DocumentViewChange<PortDocument> change)
    {
        if (change.After is { } port && !ReferenceEquals(port.Backends, change.Before?.Backends)
            && !(_written.TryGetValue(change.Id, out var written) && written.Version == port.Version)
            && port.Backends.Any(entry => share.Owns(entry.DeaId) && change.Before?.Backends.Contains(entry) != true))
        {
            dirty.Mark([change.Id], new HashSet<string>(), new Dictionary<(string, BackendAddress), RouteReason>(), time.GetTimestamp());
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

    private void StoreIsAway(string port, Exception exception)
    {
        others.Hear();
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
