using System.Diagnostics;
using NATS.Client.Core;

namespace Harbor.LoadTests.Loads;

/// <summary>
/// While the backends of other ports change so many times a second, an instance of one port after the other appears in a heartbeat, and a client that waits for it gets its first byte.
/// What is measured is the time from the one to the other, in rounds. Owns the backends and the clients.
/// </summary>
internal sealed class RelayedLoad(NatsConnection nats, int firstPort, int lastPort, int changes) : IDisposable
{
    /// <summary>Between two instances that are measured.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(20);

    /// <summary>For a port to take a client: it does at once, but where the machine has no processor for anybody. Longer, and it is not open.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>A client is connected for so many intervals before its instance appears, and the port is without one for the rest of the round.</summary>
    private const int Ahead = RoutedPorts.Measured / 2;

    private readonly RoutedDeas _deas = new(nats);
    private readonly EchoBackend[] _backends = [.. Enumerable.Range(0, RoutedPorts.Measured).Select(_ => new EchoBackend())];
    private readonly WaitingClient?[] _clients = new WaitingClient?[RoutedPorts.Measured];
    private readonly Task[] _connecting = new Task[RoutedPorts.Measured];
    private readonly List<Task> _running = [];
    private Latencies _latencies = new("");
    private long _changed;
    private int _early;
    private int _lost;

    /// <summary>Clients that got a byte of the instance before the one that they waited for: not measured.</summary>
    public int Early => _early;

    /// <summary>Connections that ended without a byte.</summary>
    public int Lost => _lost;

    public void Dispose()
    {
        foreach (var owned in _backends.Concat<IDisposable?>(_clients))
        {
            owned?.Dispose();
        }
    }

    /// <summary>One round.</summary>
    public async Task<Latencies> RunAsync(string name, int samples, CancellationToken cancellationToken)
    {
        _latencies = new(name);
        _running.Clear();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var background = ChangeAsync(stop.Token);
        using var timer = new PeriodicTimer(_interval);
        for (var number = 0; number < samples + Ahead && await timer.WaitForNextTickAsync(cancellationToken); number++)
        {
            if (number < samples)
            {
                _connecting[number % RoutedPorts.Measured] = ConnectAsync(number % RoutedPorts.Measured, cancellationToken);
            }

            if (number >= Ahead)
            {
                _running.Add(MeasureAsync(number - Ahead, cancellationToken));
            }
        }

        await Task.WhenAll(_running).WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        await stop.CancelAsync();
        await background;
        return _latencies;
    }

    private async Task ConnectAsync(int place, CancellationToken cancellationToken)
    {
        // A client that comes before the instance of the round before has left is reset with it, and tries again.
        while (_clients[place] is null)
        {
            var client = new WaitingClient();
            if (await client.TryConnectAsync(firstPort + place, cancellationToken))
            {
                _clients[place] = client;
            }
            else
            {
                client.Dispose();
            }
        }
    }

    private async Task MeasureAsync(int number, CancellationToken cancellationToken)
    {
        var place = number % RoutedPorts.Measured;
        await _connecting[place].WaitAsync(_patience, cancellationToken);
        using var client = _clients[place] ?? throw new LoadFailedException($"Port {firstPort + place} does not accept.");
        _clients[place] = null;
        if (client.Answered.IsCompleted)
        {
            Interlocked.Increment(ref _early);
            return;
        }

        var published = Stopwatch.GetTimestamp();
        await _deas.SayAsync(firstPort + place, $"i{number}", "127.0.0.1", _backends[place].Port, cancellationToken);
        var answered = await client.Answered;
        if (answered == 0)
        {
            Interlocked.Increment(ref _lost);
        }
        else
        {
            _latencies.Add(Stopwatch.GetElapsedTime(published, answered));
        }

        await _deas.SayAsync(firstPort + place, null, "127.0.0.1", 0, cancellationToken);
    }

    /// <summary>The instance of one port after the other appears, and when all have, is gone. A round goes on where the one before ended: what is repeated would be no change.</summary>
    private async Task ChangeAsync(CancellationToken stop)
    {
        var first = firstPort + RoutedPorts.Measured;
        var count = lastPort - first + 1;
        var before = _changed;
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (var due = before + (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * changes); _changed < due; _changed++)
                {
                    var port = first + (int)(_changed % count);
                    await _deas.SayAsync(port, _changed / count % 2 == 0 ? $"i{port}" : null, $"10.1.{port >> 8}.{port & 255}", 61044, stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // All is measured.
        }
    }
}
