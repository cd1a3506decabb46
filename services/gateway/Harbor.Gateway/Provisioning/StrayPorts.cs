using Harbor.Contracts.Allocation;
using Harbor.Gateway.Instances;
using Harbor.State.Services;
using MassTransit;

namespace Harbor.Gateway.Provisioning;

/// <summary>
/// Gives back ports that nobody owns: a command to allocate that was repeated, or overtaken by a delete, may be carried out when its operation is
/// long over. Only where the instance is surely not alive; a running operation drives its own port.
/// </summary>
internal sealed partial class StrayPorts(ServiceInstances instances, ILogger<StrayPorts> logger)
{
    public async Task HandleAsync(ConsumeContext<PortAllocated> context)
    {
        var message = context.Message;
        var instance = await instances.GetAsync(message.ServiceInstanceId, context.CancellationToken);
        if (instance is { State: ServiceInstanceState.Provisioning or ServiceInstanceState.Active or ServiceInstanceState.Deprovisioning })
        {
            return;
        }

        Log.Stray(logger, message.ServiceInstanceId, message.OperationId, message.Pool, message.Port);
        await context.Publish(
            new ReleasePort { OperationId = message.OperationId, ServiceInstanceId = message.ServiceInstanceId, Life = message.Life, Pool = message.Pool },
            context.CancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1110, LogLevel.Warning, "Port {ExternalPort} of pool {Pool} was allocated to {ServiceInstanceId} after its operation {OperationId} had ended; it is given back.")]
        public static partial void Stray(ILogger logger, string serviceInstanceId, string operationId, string pool, int externalPort);
    }
}
