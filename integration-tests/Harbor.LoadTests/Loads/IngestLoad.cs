using System.Diagnostics;
using Harbor.State;
using Harbor.State.Documents;
using Harbor.State.Ports;
using NATS.Client.Core;

namespace Harbor.LoadTests.Loads;

/// <summary>One instance of every port's application appears, each on a DEA of its own, and then all are gone: how many changes of documents a second that comes to, however many nodes make them.</summary>
internal sealed class IngestLoad(NatsConnection nats, IDocumentStore store, int firstPort, int lastPort) : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly DocumentView<PortDocument> _ports = new(store.Open(DocumentTypes.Ports));
    private readonly RoutedDeas _deas = new(nats);
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;
    private volatile Wave _wave = new(false, 0);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _ports.Changed += change => _wave.Add(change);
        _watching = _ports.RunAsync(_stop.Token);
        await _ports.ReadyAsync(cancellationToken);
    }

    /// <summary>One round, from the first heartbeat to the last document that is right; answers the changes.</summary>
    public async Task<(int Changes, TimeSpan Time)> RunAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var appears in (bool[])[true, false])
        {
            var wave = _wave = new Wave(appears, lastPort - firstPort + 1);
            for (var port = firstPort; port <= lastPort; port++)
            {
                await _deas.SayAsync(port, appears ? $"i{port}" : null, $"10.1.{port >> 8}.{port & 255}", 61044, cancellationToken);
            }

            await wave.Over.WaitAsync(_patience, cancellationToken);
        }

        return (2 * (lastPort - firstPort + 1), Stopwatch.GetElapsedTime(began));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    /// <param name="appears">Whether the ports are to have their backend, or to have it no more.</param>
    /// <param name="ports">How many.</param>
    private sealed class Wave(bool appears, int ports)
    {
        private readonly HashSet<string> _right = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Over => _over.Task;

        /// <summary>Called by the view alone, one at a time.</summary>
        public void Add(DocumentViewChange<PortDocument> change)
        {
            if (change.After is { } port && port.Backends.Count > 0 == appears && _right.Add(change.Id) && _right.Count == ports)
            {
                _over.TrySetResult();
            }
        }
    }
}
