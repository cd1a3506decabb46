using Harbor.Contracts.Bindings;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class UnbindAppConsumer(AppBinder binder) : IConsumer<UnbindApp>
{
    public async Task Consume(ConsumeContext<UnbindApp> context)
    {
        var command = context.Message;
        await binder.UnbindAsync(command, context.CancellationToken);
        await context.AnswerAsync(new AppUnbound { BindingId = command.BindingId, ServiceInstanceId = command.ServiceInstanceId });
    }
}
