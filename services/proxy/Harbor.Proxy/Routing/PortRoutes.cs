using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Harbor.Contracts.Workers;
using Harbor.Proxy.DataPlane;
using Harbor.Proxy.Quarantine;
using Harbor.Proxy.Status;
using Harbor.State.Ports;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Routing;

/// <summary>
/// All ports of the worker's pool. Takes in what is stored, and makes the relay be so: ports side by side, each port's changes one after the
/// other. What it was last told holds until it is told otherwise; a port that fails hurts no other.
/// </summary>
internal sealed partial class PortRoutes(
    BackendAddresses addresses, RefusedPorts refused, PortReports reports, QuarantinePosts posts, TimeProvider time, IOptions<ProxyOptions> options, ILogger<PortRoutes> logger)
{
    // Opening a port is a handful of system calls: two a processor keep all of them busy, and a slow name cannot stop the rest.
    private static readonly int _appliers = Environment.ProcessorCount * 2;

    private readonly ConcurrentDictionary<int, PortRoute> _routes = new();
    private readonly Channel<PortRoute> _work = Channel.CreateUnbounded<PortRoute>();
    private readonly TaskCompletionSource _firstSnapshotApplied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServedAddresses _served = new();
    private readonly SharedPolicies _policies = new();
    private HashSet<int>? _snapshot;
    private long _snapshotBegunAt;
    private bool _snapshotSeen;
    private bool _isFirstSnapshotApplied;
    private long _outstanding;

    /// <summary>Done when every port that was stored when the worker started is open, or refused, and what that left behind is given back.</summary>
    public Task FirstSnapshotApplied => _firstSnapshotApplied.Task;

    /// <summary>What the worker does with each port it has heard of.</summary>
    public IEnumerable<KeyValuePair<int, PortServing>> All => _routes.Select(route => KeyValuePair.Create(route.Key, route.Value.Serving));

    /// <summary>What is stored of the port; null where there is nothing, or was never.</summary>
    public WantedPort? Wanted(int port) => _routes.TryGetValue(port, out var route) ? route.Wanted : null;

    /// <summary>The ports that are kept back.</summary>
    public IEnumerable<WantedPort> Quarantined => _routes.Values.Select(route => route.Wanted).OfType<WantedPort>().Where(port => port.State is PortState.Quarantined);

    public PortServing Find(int port) => _routes.TryGetValue(port, out var route) ? route.Serving : PortServing.Closed;

    public void BeginSnapshot()
    {
        _snapshot = [];
        _snapshotBegunAt = time.GetTimestamp();
    }

    public void Upsert(PortDocument document)
    {
        _snapshot?.Add(document.Port);
        var route = _routes.GetOrAdd(document.Port, static (port, policies) => new PortRoute(port, policies), _policies);
        if (route.Want(document, unverified: !_snapshotSeen))
        {
            Schedule(route);
        }
    }

    public void Delete(string id)
    {
        if (int.TryParse(id.AsSpan(id.LastIndexOf('/') + 1), CultureInfo.InvariantCulture, out var port) && _routes.TryGetValue(port, out var route))
        {
            route.WantNothing();
            Schedule(route);
        }
    }

    /// <summary>The snapshot is whole: ports that were not in it are gone.</summary>
    public void CompleteSnapshot()
    {
        foreach (var route in _routes.Values.Where(route => route.Wanted is not null && _snapshot?.Contains(route.Port) == false))
        {
            route.WantNothing();
            Schedule(route);
        }

        _snapshot = null;
        _snapshotSeen = true;
        CompleteFirstSnapshotIfApplied();
    }

    /// <summary>Closes the port's listeners, where it has any, and opens them again. False where the port is not that owner's any more.</summary>
    public bool Relisten(RelistenPort command)
    {
        if (!_routes.TryGetValue(command.Port, out var route) || !route.WantRelistened(command.ServiceInstanceId, command.Life))
        {
            return false;
        }

        Schedule(route);
        return true;
    }

    /// <summary>Ports that are refused, and ports with backends that have names, are looked at again.</summary>
    public void Retry()
    {
        foreach (var route in _routes.Values)
        {
            if (route.Serving.Status is PortStatus.Refused || route.Wanted?.Backends.Any(backend => BackendAddresses.IsName(backend.Host)) == true)
            {
                Again(route.Port);
            }
        }
    }

    /// <summary>Brings about what is wanted until cancelled.</summary>
    public Task ApplyAsync(IRelayEngine engine, CancellationToken cancellationToken)
        => Task.WhenAll(Enumerable.Range(0, _appliers).Select(_ => Task.Run(() => ApplyLoopAsync(engine, cancellationToken), CancellationToken.None)));

    private void Again(int port)
    {
        if (_routes.TryGetValue(port, out var route))
        {
            route.WantAgain();
            Schedule(route);
        }
    }

    private void Schedule(PortRoute route)
    {
        if (route.TryTake())
        {
            Interlocked.Increment(ref _outstanding);
            _work.Writer.TryWrite(route);
        }
    }

    private async Task ApplyLoopAsync(IRelayEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var route in _work.Reader.ReadAllAsync(cancellationToken))
            {
                PortRoute.Wish wish;
                do
                {
                    wish = route.Take();
                    await ApplyAsync(engine, route, wish, cancellationToken);
                }
                while (!route.TryRelease(wish));

                Interlocked.Decrement(ref _outstanding);
                CompleteFirstSnapshotIfApplied();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The worker stops; the relay goes on with what it has until it is drained.
        }
    }

    private void CompleteFirstSnapshotIfApplied()
    {
        if (_snapshotSeen && Interlocked.Read(ref _outstanding) == 0 && !Interlocked.Exchange(ref _isFirstSnapshotApplied, true))
        {
            var statuses = _routes.Values.Select(route => route.Serving.Status).CountBy(status => status).ToDictionary();
            Log.AllOpened(
                logger,
                statuses.GetValueOrDefault(PortStatus.Open),
                options.Value.Pool,
                time.GetElapsedTime(_snapshotBegunAt).TotalMilliseconds,
                statuses.GetValueOrDefault(PortStatus.Refused));
            StartGarbage.GiveBack();
            _firstSnapshotApplied.SetResult();
        }
    }
}
