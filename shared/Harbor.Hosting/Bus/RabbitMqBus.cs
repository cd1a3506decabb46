using System.Security.Authentication;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
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
            endpoint.PrefetchCount = options.Prefetch;

            // RabbitMQ refuses a quorum queue that deletes itself.
            if (endpoint is IRabbitMqReceiveEndpointConfigurator queue and IRabbitMqReceiveEndpointConfiguration { Settings: { Durable: true, AutoDelete: false } })
            {
                queue.SetQuorumQueue(options.Replicas);
            }
        });
        bus.UsingRabbitMq((context, rabbit) =>
        {
            var broker = new RabbitMqAddress(context.GetRequiredService<IOptions<BusOptions>>().Value.RabbitMq.Uri!);
            rabbit.Host(broker.Host, (ushort)broker.Port, broker.VirtualHost, "harbor", host =>
            {
                host.Username(broker.User);
                host.Password(broker.Password);

                // A link that died without a word is found after two missed heartbeats.
                host.Heartbeat(TimeSpan.FromSeconds(10));
                if (broker.UsesTls)
                {
                    host.UseSsl(ssl =>
                    {
                        ssl.Protocol = SslProtocols.Tls12 | SslProtocols.Tls13;
                        ssl.ServerName = broker.Host;
                    });
                }
            });
            rabbit.ConfigureEndpoints(context);
        });
    }
}
