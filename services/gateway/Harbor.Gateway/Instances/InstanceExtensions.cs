using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Pools;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Sweeping;
using Harbor.Gateway.Updating;
using Harbor.Gateway.Workers;
using Harbor.State.Documents;
using Harbor.State.Pools;
using Harbor.State.Services;
using Harbor.State.Workers;

namespace Harbor.Gateway.Instances;

internal static class InstanceExtensions
{
    /// <summary>Service instances, and all that brings their operations to an end.</summary>
    public static IServiceCollection AddInstances(this IServiceCollection services) => services
        .AddView<PoolDocument>()
        .AddView<WorkerDocument>()
        .AddView<ServiceInstanceDocument>()
        .AddSingleton<LiveWorkers>()
        .AddSingleton<PoolDirectory>()
        .AddSingleton<DependencyLimit>()
        .AddSingleton<OperationWaits>()
        .AddSingleton<OrganizationLimit>()
        .AddSingleton<OperationRunner>()
        .AddSingleton<ServiceInstances>()
        .AddSingleton<InstanceUpdates>()
        .AddSingleton<StrayPorts>()
        .AddSingleton<ProvisionRules>()
        .AddSingleton<ProvisionFailures>()
        .AddSingleton<CompleteProvisionActivity>()
        .AddSingleton<ExpireProvisionActivity>()
        .AddSingleton<NoUsablePortActivity>()
        .AddSingleton<RefuseProvisionActivity>()
        .AddSingleton<ReleaseRules>()
        .AddSingleton<CompleteDeprovisionActivity>()
        .AddSingleton<ExpireDeprovisionActivity>()
        .AddSingleton<InstanceSweep>()
        .AddSingleton<SagaSweep>()
        .AddSingleton<BindingSweep>()
        .AddSingleton<Sweep>()
        .AddHostedService<PoolSeeder>()
        .AddHostedService<StateViews>()
        .AddHostedService(provider => provider.GetRequiredService<Sweep>());

    private static IServiceCollection AddView<T>(this IServiceCollection services)
        where T : Document
        => services.AddSingleton(provider => new DocumentView<T>(provider.GetRequiredService<IDocuments<T>>()));
}
