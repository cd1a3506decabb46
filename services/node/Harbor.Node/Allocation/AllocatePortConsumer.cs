using Harbor.Contracts.Allocation;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class AllocatePortConsumer(PortAllocator allocator) : IConsumer<AllocatePort>
{
    public async Task Consume(ConsumeContext<AllocatePort> context)
    {
        var command = context.Message;
        var allocation = await allocator.AllocateAsync(command, context.CancellationToken);
        await (allocation.Port is { } port
            ? context.AnswerAsync(new PortAllocated
            {
                OperationId = command.OperationId,
                ServiceInstanceId = command.ServiceInstanceId,
                Life = command.Life,
                Pool = port.Pool,
                Port = port.Port,
            })
            : context.AnswerAsync(new PortAllocationRefused
            {
                OperationId = command.OperationId,
                ServiceInstanceId = command.ServiceInstanceId,
                Pool = command.Pool,
                Reason = allocation.Refusal!.Value,
                Description = allocation.Description!,
            }));
    }
}
