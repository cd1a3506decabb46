using Harbor.Contracts.Allocation;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class ReleasePortConsumer(PortReleaser releaser) : IConsumer<ReleasePort>
{
    public async Task Consume(ConsumeContext<ReleasePort> context)
    {
        var command = context.Message;
        var released = await releaser.ReleaseAsync(command, context.CancellationToken);
        await context.AnswerAsync(new PortReleased
        {
            OperationId = command.OperationId,
            ServiceInstanceId = command.ServiceInstanceId,
            Pool = released?.Pool ?? command.Pool,
            Port = released?.Port,
        });
    }
}
