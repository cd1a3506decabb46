using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Harbor.State.Ports;
using NATS.Client.Core;

namespace Harbor.IntegrationTests.Distributed;

/// <summary>
/// DEAs whose instances of one application come and go without a pause, and every state that the application's port document gets from that. Each instance has
/// a number of its own, so that it is known when it was told of.
/// </summary>
internal sealed class ChangingRoutes(ClusterState state, NatsConnection nats, string app, int port) : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentQueue<(long At, PortDocument Port)> _states = new();
    private long _number;
    private Task _running = Task.CompletedTask;

    public static IReadOnlyList<string> Deas { get; } = [.. Enumerable.Range(0, 16).Select(number => $"changing-{number}")];

    /// <summary>Of the newest instance that was told of.</summary>
    public long Number => Interlocked.Read(ref _number);

    public int Count => _states.Count;

    public void Start() => _running = Task.WhenAll(SayAsync(), FollowAsync());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>When the document first had an instance of one of these DEAs that was told of after that number; null: not yet.</summary>
    public long? FirstSince(long number, IReadOnlySet<string> deas)
        => _states.Where(state => state.Port.Backends.Any(entry => deas.Contains(entry.DeaId!) && NumberOf(entry) > number)).Select(state => (long?)state.At).FirstOrDefault();

    /// <summary>
    /// Each state of the document differs from the one before in its backends, and no instance comes a second time: had two nodes written one change, the second would
    /// have written what is there already, or put back what the first took out.
    /// </summary>
    public void NothingWasWrittenTwice()
    {
        var states = _states.Select(state => state.Port).ToList();
        var came = new HashSet<long>();
        foreach (var (before, after) in states.Zip(states.Skip(1)))
        {
            after.Version.ShouldBeGreaterThan(before.Version);
            after.Backends.SequenceEqual(before.Backends).ShouldBeFalse($"version {after.Version} says nothing new");
            foreach (var entry in after.Backends.Where(entry => before.Backends.All(known => known.InstanceId != entry.InstanceId)))
            {
                came.Add(NumberOf(entry)).ShouldBeTrue($"{entry.InstanceId} comes a second time in version {after.Version}");
            }
        }
    }

    private static long NumberOf(BackendEntry entry) => long.Parse(entry.InstanceId!, CultureInfo.InvariantCulture);

    /// <summary>One DEA after the other gets its instance, and in the next round loses it.</summary>
    private async Task SayAsync()
    {
        using var timer = new PeriodicTimer(_interval, TimeProvider.System);
        try
        {
            for (var step = 0; await timer.WaitForNextTickAsync(_stop.Token); step++)
            {
                var dea = step % Deas.Count;
                var droplet = step / Deas.Count % 2 == 0
                    ? $$"""{"droplet":"{{app}}","instance":"{{Interlocked.Increment(ref _number)}}","index":{{dea}},"state":"RUNNING","ports":[{"container_port":4100,"host_port":{{1000 + dea}}}]},"""
                    : "";
                var beside = $$"""{"droplet":"unbound","instance":"{{Deas[dea]}}-1","state":"RUNNING"},{"droplet":"unbound","instance":"{{Deas[dea]}}-2","state":"RUNNING"}""";
                await nats.PublishAsync("dea.heartbeat", Encoding.UTF8.GetBytes($$"""{"dea":"{{Deas[dea]}}","ip":"127.0.0.9","droplets":[{{droplet}}{{beside}}]}"""), cancellationToken: _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task FollowAsync()
    {
        var last = 0L;
        try
        {
            await foreach (var known in state.FollowAsync(port, _stop.Token))
            {
                // A watch may say again what is known, as it does of a document that changes while it is opened; never what is older.
                if (known.Version != last)
                {
                    last = known.Version;
                    _states.Enqueue((Stopwatch.GetTimestamp(), known));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }
}
