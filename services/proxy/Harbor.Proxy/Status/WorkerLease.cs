using Harbor.Proxy.Routing;
using Harbor.State.Documents;
using Harbor.State.Workers;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Status;

/// <summary>
/// Keeps the worker's own document: alive until when, and which ports it cannot open. Begins when the worker serves all that was stored at its
/// start, because from then on provisions wait for it; ends with a lease in the past, so that none waits for a worker that has gone in order.
/// The last process to start under a name has the document, whatever became of the one before: that one may have died, still drain, or run by mistake.
/// </summary>
internal sealed partial class WorkerLease(
    IDocuments<WorkerDocument> workers,
    PortRoutes routes,
    RefusedPorts refused,
    WorkerName name,
    WorkerAddress address,
    TimeProvider time,
    IOptions<ProxyOptions> options,
    ILogger<WorkerLease> logger)
    : BackgroundService
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private WorkerDocument? _stored;
    private long _storedAt;
    private bool _hasBegun;
    private bool _isStopping;
    private bool _isLost;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_hasBegun)
        {
            return;
        }

        _isStopping = true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.LeaseRenewal);
        if (!await TryWriteAsync(time.GetUtcNow() - options.Value.LeaseDuration, limit.Token) && _stored?.StartedAt == _startedAt)
        {
            // The stop cut a renewal off that was stored all the same: once more, over what is there. Another process of the same name keeps its lease.
            await TryWriteAsync(time.GetUtcNow() - options.Value.LeaseDuration, limit.Token);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await routes.FirstSnapshotApplied.WaitAsync(stoppingToken);

        // The document says where this worker is asked: a few ports are open sooner than the web server listens.
        await address.WhenListeningAsync(stoppingToken);
        _hasBegun = true;
        using var changed = new SemaphoreSlim(0);
        void OnChanged() => changed.Release();
        refused.Changed += OnChanged;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryWriteAsync(time.GetUtcNow() + options.Value.LeaseDuration, stoppingToken);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(changed.WaitAsync(limit.Token), Task.Delay(options.Value.LeaseRenewal, time, limit.Token));
                await limit.CancelAsync();
                while (changed.Wait(0, CancellationToken.None))
                {
                    // One write says it all.
                }
            }
        }
        finally
        {
            refused.Changed -= OnChanged;
        }
    }

    /// <summary>True where it is stored.</summary>
    private async Task<bool> TryWriteAsync(DateTimeOffset leaseUntil, CancellationToken cancellationToken)
    {
        try
        {
            var isWritten = await WriteAsync(leaseUntil, cancellationToken);
            if (_isLost)
            {
                _isLost = false;
                Log.StoreBack(logger, options.Value.WorkerId);
            }

            return isWritten;
        }
        catch (StateUnavailableException exception)
        {
            if (!_isLost)
            {
                _isLost = true;
                Log.StoreLost(logger, options.Value.WorkerId, exception.Message);
            }
        }
        catch (OperationCanceledException)
        {
            // The worker stops, or has no more time to say that it did.
        }

        return false;
    }

    private async Task<bool> WriteAsync(DateTimeOffset leaseUntil, CancellationToken cancellationToken)
    {
        if (_stored is null || !name.IsOurs)
        {
            await LookAsync(cancellationToken);
            if (!name.IsOurs)
            {
                return false;
            }
        }

        var document = Describe(leaseUntil);
        var result = _stored is null ? await workers.InsertAsync(document, cancellationToken) : await workers.ReplaceAsync(document, cancellationToken);
        if (result.Written)
        {
            _stored = result.Document;
            return true;
        }

        // An earlier process is written over by the next renewal.
        await LookAsync(cancellationToken);
        return false;
    }

    /// <summary>Who has the document.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var before = _stored;
        _stored = await workers.GetAsync(options.Value.WorkerId, cancellationToken);
        if (_stored?.Version != before?.Version)
        {
            _storedAt = time.GetTimestamp();
        }

        if (_stored is not { } there || there.StartedAt == _startedAt)
        {
            Take(null);
            return;
        }

        // By our own clock too: a lease that another clock, which ran ahead, has left behind is not renewed.
        var isAlive = there.LeaseUntil > time.GetUtcNow() && time.GetElapsedTime(_storedAt) < options.Value.LeaseDuration;
        Take(isAlive && there.StartedAt > _startedAt ? there : null);
        if (before is null && there.StartedAt < _startedAt)
        {
            Inherit(there, isAlive);
        }
    }

    private void Take(WorkerDocument? taker)
    {
        var wasOurs = name.IsOurs;
        name.Taker = taker;
        if (wasOurs && taker is not null && _isStopping)
        {
            Log.HandedOver(logger, options.Value.WorkerId, taker.Url, taker.StartedAt);
        }
        else if (wasOurs && taker is not null)
        {
            Log.NameTaken(logger, options.Value.WorkerId, taker.Url, taker.StartedAt);
        }
        else if (!wasOurs && taker is null && !_isStopping)
        {
            Log.NameFree(logger, options.Value.WorkerId);
        }
    }

    /// <summary>From an earlier process, which may have died, or not.</summary>
    private void Inherit(WorkerDocument earlier, bool isAlive)
    {
        // What it found in the way may still be there.
        foreach (var port in earlier.Refused.Where(port => routes.Find(port.Port).Status is PortStatus.Closed))
        {
            refused.Add(port);
        }

        if (isAlive)
        {
            Log.TakenOver(logger, options.Value.WorkerId, earlier.Url, earlier.StartedAt, earlier.LeaseUntil);
        }
    }

    private WorkerDocument Describe(DateTimeOffset leaseUntil) => new()
    {
        Id = options.Value.WorkerId,
        Version = _stored?.Version ?? 0,
        Pool = options.Value.Pool,
        ListenAddress = options.Value.ListenAddress,
        SoftwareVersion = typeof(WorkerLease).Assembly.GetName().Version?.ToString(3) ?? "unknown",
        Url = address.Url,
        StartedAt = _startedAt,
        LeaseUntil = leaseUntil,
        Refused = refused.All,
    };

    private static partial class Log
    {
        [LoggerMessage(3300, LogLevel.Warning, "Worker {WorkerId} cannot renew its lease: {Reason}. It goes on serving the ports it knows")]
        public static partial void StoreLost(ILogger logger, string workerId, string reason);

        [LoggerMessage(3301, LogLevel.Information, "Worker {WorkerId} renews its lease again")]
        public static partial void StoreBack(ILogger logger, string workerId);

        [LoggerMessage(3302, LogLevel.Warning, "Another process, started later, also calls itself worker {WorkerId} (at {Url}, started {StartedAt}): provisions wait for that one, and this one serves on in silence. Give each its own Harbor:Proxy:WorkerId")]
        public static partial void NameTaken(ILogger logger, string workerId, string? url, DateTimeOffset startedAt);

        [LoggerMessage(3303, LogLevel.Information, "The other process that called itself worker {WorkerId} is gone: this one is the worker again")]
        public static partial void NameFree(ILogger logger, string workerId);

        [LoggerMessage(3304, LogLevel.Warning, "Worker {WorkerId} takes over from a process that did not say that it stopped (at {Url}, started {StartedAt}, lease until {LeaseUntil}). If that one still runs, give each its own Harbor:Proxy:WorkerId")]
        public static partial void TakenOver(ILogger logger, string workerId, string? url, DateTimeOffset startedAt, DateTimeOffset leaseUntil);

        [LoggerMessage(3305, LogLevel.Information, "Worker {WorkerId} stops, and another process has its name already (at {Url}, started {StartedAt})")]
        public static partial void HandedOver(ILogger logger, string workerId, string? url, DateTimeOffset startedAt);
    }
}
