using System.Net;
using Harbor.Hosting;
using Harbor.Node.Allocation;
using Harbor.Node.Dea;
using Harbor.Node.Leases;
using Harbor.Node.Routes;
using Harbor.State;
using Harbor.State.Documents;
using Harbor.State.Leases;
using Harbor.State.Pools;
using Harbor.State.Ports;
using Harbor.State.Workers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Harbor.Node;

/// <summary>Allocates ports, and turns what the DEAs say into backends.</summary>
public sealed class NodeModule : IHarborModule
{
    public string Service => "node";

    public void AddServices(IHostApplicationBuilder builder)
    {
        builder.AddHarborState();
        builder.AddHarborNats();
        builder.AddHarborOptions<NodeOptions>(NodeOptions.Section);
        var services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NodeOptions>, NodeOptionsValidator>());
        services.AddSingleton<NodeMetrics>();
        AddViews(services);
        AddAllocation(services);
        AddRoutes(services);
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<AllocatePortConsumer, NodeConsumerDefinition<AllocatePortConsumer>>();
        bus.AddConsumer<ReleasePortConsumer, NodeConsumerDefinition<ReleasePortConsumer>>();
        bus.AddConsumer<ChangePortPolicyConsumer, NodeConsumerDefinition<ChangePortPolicyConsumer>>();
        bus.AddConsumer<BindAppConsumer, NodeConsumerDefinition<BindAppConsumer>>();
        bus.AddConsumer<UnbindAppConsumer, NodeConsumerDefinition<UnbindAppConsumer>>();
        bus.AddConsumer<PortStillUsedConsumer, NodeConsumerDefinition<PortStillUsedConsumer>>();
    }

    public void Map(WebApplication app)
    {
    }

    /// <summary>The node's own views: another module of the process may keep the same kind of document in another way.</summary>
    private static void AddViews(IServiceCollection services)
    {
        services.AddSingleton(provider => new NodeViews(
            new(provider.GetRequiredService<IDocuments<PortDocument>>()),
            new(provider.GetRequiredService<IDocuments<PoolDocument>>()),
            new(provider.GetRequiredService<IDocuments<WorkerDocument>>())));
        services.AddHostedService(provider => provider.GetRequiredService<PortViews>());
        services.AddSingleton<PortViews>();
    }

    private static void AddAllocation(IServiceCollection services)
    {
        services.AddSingleton<PortDirectory>();
        services.AddSingleton<IntPorts>();
        services.AddSingleton<PortAllocator>();
        services.AddSingleton<PortReleaser>();
        services.AddSingleton<PortPolicies>();
        services.AddSingleton<AppBinder>();
        services.AddSingleton<Quarantines>();
        services.AddHostedService<QuarantineSweep>();
    }

    private static void AddRoutes(IServiceCollection services)
    {
        services.AddSingleton(provider => new RouteTable(TableOptions(provider.GetRequiredService<IOptions<NodeOptions>>().Value), provider.GetRequiredService<PartitionShare>().Owns));
        services.AddDocuments(LeaseDocuments.Partitions);
        services.AddSingleton<PartitionShare>();
        services.AddSingleton<PartitionKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<PartitionKeeper>());
        services.AddSingleton<DirtyPorts>();
        services.AddSingleton(RestTimes.Default);
        services.AddSingleton<OthersWrites>();
        services.AddSingleton<StoredAddresses>();
        services.AddSingleton<MainPortQueue>();
        services.AddSingleton<RouteService>();
        services.AddSingleton<DeaIngest>();
        services.AddSingleton<NodeAnnouncer>();
        services.AddSingleton<MainPortFinder>();
        services.AddHostedService<BackendWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeAnnouncer>());
        services.AddHostedService(provider => provider.GetRequiredService<MainPortFinder>());
        services.AddHostedService<DeaListener>();
    }

    private static RouteTableOptions TableOptions(NodeOptions options) => new()
    {
        DeaSilence = 3 * options.HeartbeatInterval,
        UseMainPort = options.UseMainPort,
        Networks = new BackendNetworks(options.BackendNetworks.Select(network => IPNetwork.Parse(network)), options.AllowLoopback),
    };
}
