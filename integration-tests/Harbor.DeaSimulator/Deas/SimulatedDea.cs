using System.Security.Cryptography;
using Harbor.DeaSimulator.Instances;

namespace Harbor.DeaSimulator.Deas;

/// <summary>
/// One DEA: holds instances, and says on NATS what a DEA says about them, in a DEA's order. Everything it does is done one after the other.
/// Owns its instances.
/// </summary>
internal sealed partial class SimulatedDea : IAsyncDisposable
{
    private readonly List<AppInstance> _instances = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly DeaPublisher _publisher;
    private readonly DeaOptions _options;
    private readonly HostPorts _hostPorts;
    private readonly TimeProvider _time;
    private Task _beating = Task.CompletedTask;

    public SimulatedDea(int index, DeaPublisher publisher, DeaOptions options, TimeProvider time)
    {
        Id = $"{index}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        _publisher = publisher;
        _options = options;
        _hostPorts = new HostPorts(options.Address, options.FirstHostPort, options.LastHostPort);
        _time = time;
    }

    public string Id { get; }

    public string Host => _options.Address.ToString();

    /// <summary>Keeps its instances and says nothing: a DEA behind a cut link.</summary>
    public bool IsSilent { get; set; }

    /// <summary>All that it would name in a heartbeat now, crashed ones too.</summary>
    public IReadOnlyList<AppInstance> Instances
    {
        get
        {
            lock (_instances)
            {
                return [.. _instances];
            }
        }
    }

    /// <summary>Begins to send heartbeats, and registrations where it registers.</summary>
    public void Begin() => _beating = Task.WhenAll(BeatAsync(), RegisterAsync());

    /// <summary>Starts an instance and tells of it at once, as DEAs do when one begins to run.</summary>
    public async Task<AppInstance> StartAsync(string appGuid, int index, IReadOnlyList<int> containerPorts)
    {
        var instance = new AppInstance { AppGuid = appGuid, Index = index, Since = _time.GetUtcNow() };
        await InTurnAsync(async () =>
        {
            instance.Run(Id, _hostPorts, containerPorts);
            instance.Enter(InstanceState.Running, _time.GetUtcNow());
            Add(instance);
            await HeartbeatNowAsync();
            await RegisterNowAsync(instance);
        });
        return instance;
    }

    /// <summary>Stops an instance in order: its routes are taken back first, then the process ends.</summary>
    /// <param name="instance">An instance of this DEA.</param>
    /// <param name="tellExit">Send <c>droplet.exited</c> too, as DEAs did before 2013-12.</param>
    public Task StopAsync(AppInstance instance, bool tellExit) => InTurnAsync(async () =>
    {
        await UnregisterAsync(instance);
        if (tellExit)
        {
            await SayAsync(() => _publisher.ExitedAsync(instance, "STOPPED"));
        }

        Remove(instance);
        await HeartbeatNowAsync();
        await instance.DisposeAsync();
    });

    /// <summary>The process dies: it is gone before anyone is told.</summary>
    public Task CrashAsync(AppInstance instance) => InTurnAsync(async () =>
    {
        await instance.DisposeAsync();
        instance.Enter(InstanceState.Crashed, _time.GetUtcNow());
        await UnregisterAsync(instance);
        await SayAsync(() => _publisher.ExitedAsync(instance, "CRASHED"));
        ReapOlderCrashes(instance);
    });

    /// <summary>The instance is gone, and only its absence from the next heartbeat tells.</summary>
    public Task LoseAsync(AppInstance instance) => InTurnAsync(async () =>
    {
        Remove(instance);
        await instance.DisposeAsync();
        await HeartbeatNowAsync();
    });

    /// <summary>The instance lives on, and the DEA has forgotten it: the next heartbeat is without it.</summary>
    public Task ForgetAsync(AppInstance instance) => InTurnAsync(async () =>
    {
        Remove(instance);
        await HeartbeatNowAsync();
    });

    /// <summary>Says that the instance ended, though it did not: what follows is then Harbor's doing, and not the end of its peer.</summary>
    public Task SayExitedAsync(AppInstance instance, string reason) => InTurnAsync(async () =>
    {
        await SayAsync(() => _publisher.ExitedAsync(instance, reason));
        Remove(instance);
    });

    /// <summary>Announces its end and lets all instances serve on until they are stopped elsewhere.</summary>
    public Task EvacuateAsync() => InTurnAsync(async () =>
    {
        await SayAsync(() => _publisher.ShutdownAsync(this));
        foreach (var instance in Instances.Where(instance => instance.State is InstanceState.Running))
        {
            await SayAsync(() => _publisher.ExitedAsync(instance, "DEA_EVACUATION"));
            instance.Enter(InstanceState.Evacuating, _time.GetUtcNow());
        }

        await HeartbeatNowAsync();
    });

    /// <summary>Stops every instance in order, as on a TERM signal, and then says no more.</summary>
    public async Task ShutDownAsync()
    {
        await InTurnAsync(() => SayAsync(() => _publisher.ShutdownAsync(this)));
        foreach (var instance in Instances)
        {
            await StopAsync(instance, tellExit: false);
        }

        IsSilent = true;
    }

    /// <summary>The machine is gone with all that ran on it, without a word.</summary>
    public Task KillAsync() => InTurnAsync(async () =>
    {
        IsSilent = true;
        foreach (var instance in Instances)
        {
            Remove(instance);
            await instance.DisposeAsync();
        }
    });

    /// <summary>Says all it has to say: after the start of another component, or after a lost link.</summary>
    public Task AnnounceAsync() => InTurnAsync(async () =>
    {
        await HeartbeatNowAsync();
        foreach (var instance in Instances)
        {
            await RegisterNowAsync(instance);
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _beating;
        foreach (var instance in Instances)
        {
            await instance.DisposeAsync();
        }

        _stopping.Dispose();
        _turn.Dispose();
    }

    private void Add(AppInstance instance)
    {
        lock (_instances)
        {
            _instances.Add(instance);
        }
    }

    private void Remove(AppInstance instance)
    {
        lock (_instances)
        {
            _instances.Remove(instance);
        }
    }

    /// <summary>A DEA keeps the newest crash of an index in its heartbeats for an hour; older ones go.</summary>
    private void ReapOlderCrashes(AppInstance newest)
    {
        lock (_instances)
        {
            _instances.RemoveAll(instance => instance.State is InstanceState.Crashed && instance != newest
                && instance.AppGuid == newest.AppGuid && instance.Index == newest.Index);
        }
    }
}
