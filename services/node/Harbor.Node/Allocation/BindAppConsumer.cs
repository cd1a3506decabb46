using Harbor.Contracts.Bindings;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class BindAppConsumer(AppBinder binder) : IConsumer<BindApp>
{
    public async Task Consume(ConsumeContext<BindApp> context)
    {
        var command = context.Message;
        var intPort = await binder.BindAsync(command, context.CancellationToken);
        await (intPort is { } number
            ? context.AnswerAsync(new AppBound
            {
                BindingId = command.BindingId,
                ServiceInstanceId = command.ServiceInstanceId,
                AppGuid = command.AppGuid,
                IntPort = number,
            })
            : context.AnswerAsync(new BindAppRefused
            {
                BindingId = command.BindingId,
                ServiceInstanceId = command.ServiceInstanceId,
                Description = $"Service instance {command.ServiceInstanceId} has no port to bind to.",
            }));
    }
}
