using Harbor.Contracts.Allocation;
using MassTransit;

namespace Harbor.Gateway.Updating;

/// <summary>The port follows the new policy: the update, or the roll-back of one, is done.</summary>
internal sealed class PortPolicyChangedConsumer(InstanceUpdates updates) : IConsumer<PortPolicyChanged>
{
    public Task Consume(ConsumeContext<PortPolicyChanged> context)
        => updates.CompleteAsync(context.Message.ServiceInstanceId, context.Message.PolicyRevision, context.CancellationToken);
}
