using Harbor.Contracts.Allocation;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class ChangePortPolicyConsumer(PortPolicies policies) : IConsumer<ChangePortPolicy>
{
    public async Task Consume(ConsumeContext<ChangePortPolicy> context)
    {
        var command = context.Message;
        var changed = await policies.ChangeAsync(command.ServiceInstanceId, command.Policy, context.CancellationToken);
        await (changed
            ? context.AnswerAsync(new PortPolicyChanged { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId })
            : context.AnswerAsync(new PortNotHeld { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId }));
    }
}
