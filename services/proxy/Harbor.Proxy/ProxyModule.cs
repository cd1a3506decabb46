using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Harbor.Hosting;
using Harbor.Proxy.DataPlane;
using Harbor.Proxy.Quarantine;
using Harbor.Proxy.Routing;
using Harbor.Proxy.Status;
using Harbor.State;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy;

/// <summary>A proxy worker: listens on the ports of its pool, relays to their backends, and reports.</summary>
public sealed class ProxyModule : IHarborModule
{
    /// <summary>What the rest of the process may take to stop: the last lease, the bus, the web server.</summary>
    private static readonly TimeSpan _otherStops = TimeSpan.FromSeconds(20);

    public string Service => "proxy";

    public void AddServices(IHostApplicationBuilder builder)
    {
        builder.AddHarborState();
        builder.AddHarborOptions<ProxyOptions>(ProxyOptions.Section);
        // The gateway checks and logs this section; a worker only looks a number up in it.
        builder.Services.Configure<PoolRangeOptions>(builder.Configuration.GetSection(PoolRangeOptions.Section));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>());

        // The host's own patience (30 s) would cut a longer drain short, and reset all that is left at once. Read as it is written: the host asks for this
        // before settings are checked, and a wrong one must be said with all the others.
        builder.Services.Configure<HostOptions>(host =>
        {
            if (TimeSpan.TryParse(builder.Configuration[$"{ProxyOptions.Section}:{nameof(ProxyOptions.DrainTimeout)}"], CultureInfo.InvariantCulture, out var drain)
                && drain + _otherStops > host.ShutdownTimeout)
            {
                host.ShutdownTimeout = drain + _otherStops;
            }
        });

        builder.Services.AddSingleton<Func<RelayOptions, IRelayEngine>>(services => relay => RelayEngine.Create(
            relay, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<IMeterFactory>(), services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton(services => new BackendAddresses(Dns.GetHostAddressesAsync, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<RefusedPorts>();
        builder.Services.AddSingleton<PortReports>();
        builder.Services.AddSingleton<QuarantinePosts>();
        builder.Services.AddSingleton<PortRoutes>();
        builder.Services.AddSingleton<ProxyMetrics>();
        builder.Services.AddSingleton<WorkerAddress>();
        builder.Services.AddSingleton<WorkerName>();

        // They stop in the opposite order: the lease first, so that nobody waits for this worker, and the relay last.
        builder.Services.AddHostedService<RouteWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PortReports>());
        builder.Services.AddHostedService<RouteUpkeep>();
        builder.Services.AddHostedService<QuarantineWatch>();
        builder.Services.AddHostedService<WorkerLease>();
        builder.Services.AddHealthChecks().AddCheck<RoutesHealthCheck>("routes").AddCheck<WorkerNameHealthCheck>("worker_name");
    }

    public void AddBus(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ReportPortConsumer, ReportPortConsumerDefinition>();
        bus.AddConsumer<RelistenPortConsumer, RelistenPortConsumerDefinition>();
    }

    public void Map(WebApplication app) => app.Services.GetRequiredService<ProxyMetrics>();
}
