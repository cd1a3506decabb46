using Harbor.Gateway.Admin;
using Harbor.Gateway.Auditing;
using Harbor.Gateway.Bindings;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Deprovisioning;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Orphans;
using Harbor.Gateway.Pools;
using Harbor.Gateway.Provisioning;
using Harbor.Gateway.Updating;
using Harbor.Gateway.Users;
using Harbor.Hosting;
using Harbor.State;
using Harbor.State.Sagas;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway;

/// <summary>The gateway as a part of a process: service broker, provisioning, admin API.</summary>
public sealed class GatewayModule : IHarborModule
{
    public string Service => "gateway";

    public void AddServices(IHostApplicationBuilder builder)
    {
        builder.AddHarborState();
        builder.AddHarborOptions<GatewayOptions>(GatewayOptions.Section).Configure<IConfiguration>(GatewayRoles.ReadScalars);
        builder.AddHarborOptions<PoolOptions>(PoolOptions.Section);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PoolOptions>, PoolOptionsValidator>());
        builder.Services
            .AddSingleton<UserDirectory>()
            .AddSingleton<GatewayMetrics>()
            .AddSingleton<AuditTrail>()
            .AddBroker()
            .AddInstances()
            .AddBindings()
            .AddOrphans()
            .AddAdmin();
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<ProvisionPortStateMachine, ProvisionPortState, ProvisionPortStateDefinition>().HarborRepository(ProvisionSagas.Documents);
        bus.AddSagaStateMachine<ReleasePortStateMachine, ReleasePortState, ReleasePortStateDefinition>().HarborRepository(ReleaseSagas.Documents);
        bus.AddConsumer<PortPolicyChangedConsumer>();
        bus.AddConsumer<PortNotHeldConsumer>();
        bus.AddBusObserver<NodeAnswers>();
    }

    public void Map(WebApplication app)
    {
        app.MapBroker();
        app.MapAdmin();
    }
}
