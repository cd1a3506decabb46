using Harbor.Contracts.Workers;
using Harbor.Proxy.Routing;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Harbor.Proxy.Status;

/// <summary>Closes and opens a port when an operator asks for it.</summary>
internal sealed partial class RelistenPortConsumer(PortRoutes routes, IOptions<ProxyOptions> options, ILogger<RelistenPortConsumer> logger) : IConsumer<RelistenPort>
{
    public Task Consume(ConsumeContext<RelistenPort> context)
    {
        if (context.Message.Pool == options.Value.Pool && routes.Relisten(context.Message))
        {
            Log.Relisten(logger, context.Message.Port, context.Message.Pool);
        }

        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(3200, LogLevel.Information, "Port {ExternalPort} of pool {Pool} is to be closed and opened again")]
        public static partial void Relisten(ILogger logger, int externalPort, string pool);
    }
}
