using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Bus;

/// <summary>The bus on RabbitMQ: durable quorum queues for work, so that a broker node can be lost; plain auto-delete queues where a consumer asks for a temporary one.</summary>
internal static class RabbitMqBus
{
    public static void UsingHarborRabbitMq(this IBusRegistrationConfigurator bus)
    {
        bus.AddConfigureEndpointsCallback((context, _, endpoint) =>
        {
            var options = context.GetRequiredService<IOptions<BusOptions>>().Value.RabbitMq;
            if (endpoint is IRabbitMqReceiveEndpointConfigurator queue)
            {
                queue.PrefetchCount = options.Prefetch;
                queue.SetQuorumQueue(options.Replicas);
            }
        });
        bus.UsingRabbitMq((context, rabbit) =>
        {
            var options = context.GetRequiredService<IOptions<BusOptions>>().Value.RabbitMq;
            rabbit.Host(new Uri(options.Uri!));
            rabbit.ConfigureEndpoints(context);
        });
    }
}
