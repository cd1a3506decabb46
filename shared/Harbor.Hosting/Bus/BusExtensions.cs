using Harbor.Hosting.Health;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Bus;

internal static class BusExtensions
{
    /// <summary>The one bus of the process, with the consumers and sagas of all its modules.</summary>
    public static void AddHarborBus(this IHostApplicationBuilder builder, IReadOnlyList<IHarborModule> modules)
    {
        builder.AddHarborOptions<BusOptions>(BusOptions.Section);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BusOptions>, BusOptionsValidator>());
        builder.Services.AddSingleton<BusState>();
        builder.Services.AddSingleton<BusWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BusWatch>());
        builder.Services.AddHealthChecks().AddCheck<BusHealthCheck>("bus", tags: [HealthTags.Dependency]);

        // The bus starts after the modules' own services, which its consumers need. The broker has answered before any of this begins.
        builder.Services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = true;
            host.StartTimeout = TimeSpan.FromSeconds(30);
            host.StopTimeout = TimeSpan.FromSeconds(15);
            host.ConsumerStopTimeout = TimeSpan.FromSeconds(10);
        });
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.ConfigureHealthCheckOptions(check => check.Tags.Add(HealthTags.Hidden));
            bus.SetKebabCaseEndpointNameFormatter();
            foreach (var module in modules)
            {
                module.AddBus(bus);
            }

            // Which transport is a matter of registration, before options can be resolved; a value that is none is reported by the check of all options.
            if (Enum.TryParse<BusTransport>(builder.Configuration[$"{BusOptions.Section}:Transport"], ignoreCase: true, out var transport) && transport == BusTransport.InMemory)
            {
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
            }
            else
            {
                bus.UsingHarborRabbitMq();
            }
        });
    }
}
