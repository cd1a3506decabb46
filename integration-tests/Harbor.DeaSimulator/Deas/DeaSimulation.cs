using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Contracts.Dea;
using Harbor.DeaSimulator.Instances;
using NATS.Client.Core;

namespace Harbor.DeaSimulator.Deas;

/// <summary>
/// Any number of DEAs on one NATS connection, and the platform's hand that starts, stops and scales applications on them.
/// Owns the DEAs and the connection.
/// </summary>
internal sealed class DeaSimulation : IAsyncDisposable
{
    private readonly NatsConnection _nats;
    private readonly DeaPublisher _publisher;
    private readonly DeaOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<SimulatedDea> _deas = [];
    private Task _listening = Task.CompletedTask;

    public DeaSimulation(NatsOpts nats, DeaOptions options, TimeProvider time)
    {
        _nats = new NatsConnection(nats with { RetryOnInitialConnect = false, MaxReconnectRetry = -1 });
        _publisher = new DeaPublisher(_nats);
        _options = options;
        _time = time;
    }

    public IReadOnlyList<SimulatedDea> Deas => _deas;

    /// <summary>All instances of an application, of every state, by index.</summary>
    public IReadOnlyList<(SimulatedDea Dea, AppInstance Instance)> InstancesOf(string appGuid)
        => [.. _deas.SelectMany(dea => dea.Instances.Where(instance => instance.AppGuid == appGuid).Select(instance => (dea, instance)))
            .OrderBy(found => found.instance.Index)];

    /// <summary>Connects; throws where no NATS server answers.</summary>
    public async Task ConnectAsync()
    {
        await _nats.ConnectAsync();
        _nats.ConnectionOpened += async (_, _) => await AnnounceAsync();
        _listening = Task.WhenAll(
            ListenAsync(DeaSubjects.HarborStart, _ => AnnounceAsync()),
            ListenAsync("router.start", _ => AnnounceAsync()),
            ListenAsync("healthmanager.start", _ => AnnounceAsync()),
            ListenAsync(DeaSubjects.FindDroplet, AnswerAsync));
        // The subscriptions are in place once the server has answered what was sent after them.
        await _nats.PingAsync();
    }

    public SimulatedDea AddDea(DeaOptions? options = null)
    {
        var dea = new SimulatedDea(_deas.Count, _publisher, options ?? _options, _time);
        _deas.Add(dea);
        dea.Begin();
        return dea;
    }

    /// <summary>Starts or stops instances until <paramref name="count"/> are alive, spread over the DEAs that speak. Stops the highest indices first.</summary>
    public async Task ScaleAsync(string appGuid, int count, IReadOnlyList<int> containerPorts)
    {
        var alive = InstancesOf(appGuid).Where(found => found.Instance.State is InstanceState.Running).ToList();
        foreach (var (dea, instance) in alive.Skip(count))
        {
            await dea.StopAsync(instance, tellExit: false);
        }

        var taken = alive.Take(count).Select(found => found.Instance.Index).ToHashSet();
        for (var index = 0; taken.Count < count; index++)
        {
            if (taken.Add(index))
            {
                var emptiest = _deas.Where(dea => !dea.IsSilent).MinBy(dea => dea.Instances.Count)
                    ?? throw new InvalidOperationException("There is no DEA left to start an instance on.");
                await emptiest.StartAsync(appGuid, index, containerPorts);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var dea in _deas)
        {
            await dea.DisposeAsync();
        }

        await _listening;
        await _nats.DisposeAsync();
        _stopping.Dispose();
    }

    private async ValueTask AnnounceAsync()
    {
        foreach (var dea in _deas.ToArray())
        {
            await dea.AnnounceAsync();
        }
    }

    private async ValueTask AnswerAsync(NatsMsg<byte[]> request)
    {
        if (request.ReplyTo is not { } replyTo || JsonNode.Parse(request.Data ?? []) is not JsonObject asked || (string?)asked["droplet"] is not { } appGuid)
        {
            return;
        }

        var states = asked["states"]?.AsArray().Select(state => (string?)state).ToArray();
        foreach (var (dea, instance) in InstancesOf(appGuid))
        {
            if (!dea.IsSilent && (states is null || states.Contains(instance.State.ToString(), StringComparer.OrdinalIgnoreCase)))
            {
                await _publisher.FoundAsync(replyTo, dea, instance, _time.GetUtcNow());
            }
        }
    }

    private async Task ListenAsync(string subject, Func<NatsMsg<byte[]>, ValueTask> act)
    {
        try
        {
            await foreach (var message in _nats.SubscribeAsync<byte[]>(subject, cancellationToken: _stopping.Token))
            {
                try
                {
                    await act(message);
                }
                catch (Exception exception) when (exception is JsonException or InvalidOperationException)
                {
                    // Someone asked in a way that a DEA does not understand; DEAs log such and go on.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The simulation ends.
        }
    }
}
