namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>Changes backends and policies under traffic, in random order, as fast as a connection can be made and answered in between.</summary>
internal sealed class SoakChanges(Relay relay, IReadOnlyList<TcpBackend> backends, Random random)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, int> _waiting = new();
    private int _count;

    /// <summary>Changes so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await ChangeAsync(random.Next(2) == 0 ? Transport.Tcp : Transport.Udp);
            Changed();
            await PaceAsync();
        }
    }

    /// <summary>Completes when there were so many more changes.</summary>
    public Task AfterAsync(int changes)
    {
        var after = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue(after, _count + changes);
        }

        return after.Task;
    }

    private void Changed()
    {
        lock (_lock)
        {
            _count++;
            while (_waiting.TryPeek(out var after, out var count) && count <= _count)
            {
                _waiting.Dequeue();
                after.SetResult();
            }
        }
    }

    private async Task ChangeAsync(Transport transport)
    {
        switch (random.Next(4))
        {
            case 0:
                await relay.BackendsAsync(backends.Where(_ => random.Next(3) > 0).DefaultIfEmpty(backends[0]).Select(backend => backend.Snapshot));
                break;
            case 1:
                await relay.BackendsAsync(backends.Select(backend => backend.Snapshot with { Draining = random.Next(2) == 0 }));
                break;
            case 2:
                await relay.PolicyAsync(transport, policy => policy with { Balance = (BalanceMode)random.Next(5), ConnectTimeout = TimeSpan.FromSeconds(random.Next(1, 6)) });
                break;
            default:
                await relay.PolicyAsync(transport, policy => policy with { MaxConnectionsPerSource = random.Next(1_000, 2_000), IdleTimeout = TimeSpan.FromSeconds(random.Next(5, 60)) });
                break;
        }
    }

    /// <summary>Connections of its own, one after the other: they queue behind the rest of the traffic, so that a slow machine changes slowly too.</summary>
    private async Task PaceAsync()
    {
        for (var rounds = random.Next(1, 4); rounds > 0; rounds--)
        {
            using var client = await TcpPeer.ConnectAsync(relay.Port);
            await client.SendAsync("?");
            await client.ReceiveAsync(1);
        }
    }
}
