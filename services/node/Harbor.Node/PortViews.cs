using Harbor.Node.Allocation;
using Harbor.Node.Routes;

namespace Harbor.Node;

/// <summary>Keeps what the node knows of the state: runs the watches, after everybody who wants to hear of changes is there.</summary>
internal sealed class PortViews(
    NodeViews views,
#pragma warning disable CS9113 // They listen to the views from when they are made, which must be before the first snapshot.
    PortDirectory directory,
    RouteService routes) : BackgroundService
#pragma warning restore CS9113
{
    public Task ReadyAsync(CancellationToken cancellationToken)
        => Task.WhenAll(views.Ports.ReadyAsync(cancellationToken), views.Pools.ReadyAsync(cancellationToken), views.Workers.ReadyAsync(cancellationToken));

    /// <summary>The process serves when the first snapshots are whole: a command that came before would find no pool.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await ReadyAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(views.Ports.RunAsync(stoppingToken), views.Pools.RunAsync(stoppingToken), views.Workers.RunAsync(stoppingToken));
}
