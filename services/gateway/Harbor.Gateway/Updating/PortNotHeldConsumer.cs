using Harbor.Contracts.Allocation;
using MassTransit;

namespace Harbor.Gateway.Updating;

/// <summary>The instance has no port that could follow: the update fails, and nothing is changed.</summary>
internal sealed class PortNotHeldConsumer(InstanceUpdates updates) : IConsumer<PortNotHeld>
{
    public Task Consume(ConsumeContext<PortNotHeld> context)
        => updates.RefuseAsync(context.Message.ServiceInstanceId, context.Message.OperationId, "The service instance holds no port.", context.CancellationToken);
}
