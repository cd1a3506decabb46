using Harbor.Contracts.Allocation;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class ChangePortPolicyConsumer(PortPolicies policies) : IConsumer<ChangePortPolicy>
{
    public async Task Consume(ConsumeContext<ChangePortPolicy> context)
    {
        var command = context.Message;
        var revision = await policies.ChangeAsync(command.ServiceInstanceId, command.Policy, command.PolicyRevision, context.CancellationToken);
        await (revision is { } stored
            ? context.AnswerAsync(new PortPolicyChanged { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId, PolicyRevision = stored })
            : context.AnswerAsync(new PortNotHeld { OperationId = command.OperationId, ServiceInstanceId = command.ServiceInstanceId }));
    }
}
