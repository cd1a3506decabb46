using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Services;
using Harbor.State.Workers;

namespace Harbor.Gateway.Instances;

/// <summary>
/// Keeps the gateway's views of the state, and has them whole before the first request comes in. Whoever lives by their changes is named here, so that
/// it is there before the first of them.
/// </summary>
internal sealed class StateViews(
    DocumentView<PoolDocument> pools,
    DocumentView<WorkerDocument> workers,
    DocumentView<ServiceInstanceDocument> instances,
    OperationWaits waits,
    OrganizationLimit organizations) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        instances.Changed += change =>
        {
            organizations.Apply(change);
            if (change.After is { } instance)
            {
                waits.Tell(instance);
            }
        };
        await base.StartAsync(cancellationToken);
        await Task.WhenAll(pools.ReadyAsync(cancellationToken), workers.ReadyAsync(cancellationToken), instances.ReadyAsync(cancellationToken));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(pools.RunAsync(stoppingToken), workers.RunAsync(stoppingToken), instances.RunAsync(stoppingToken));
}
