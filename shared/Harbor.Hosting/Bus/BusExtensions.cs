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
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
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
