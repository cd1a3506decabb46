using Harbor.Hosting.Health;
using Harbor.Hosting.Nats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NATS.Client.Core;

namespace Harbor.Hosting;

public static class HarborNatsExtensions
{
    /// <summary>
    /// One <see cref="NatsConnection"/> for the process, made from <c>Harbor:Nats</c>; resolve it as <see cref="INatsConnection"/> or by its class.
    /// It reconnects for ever; its loss and return are logged and show in <c>/health/ready</c>. Idempotent.
    /// </summary>
    public static IHostApplicationBuilder AddHarborNats(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(NatsLink)))
        {
            return builder;
        }

        builder.AddHarborOptions<NatsOptions>(NatsOptions.Section);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NatsOptions>, NatsOptionsValidator>());
        builder.Services.AddSingleton<NatsMetrics>();
        builder.Services.AddSingleton(NatsConnections.Create);
        builder.Services.AddSingleton<INatsConnection>(services => services.GetRequiredService<NatsConnection>());
        builder.Services.AddSingleton<NatsLink>();
        builder.Services.AddHostedService(services => services.GetRequiredService<NatsLink>());
        builder.Services.AddHealthChecks().AddCheck<NatsHealthCheck>("nats", tags: [HealthTags.Dependency]);
        return builder;
    }
}
