using Harbor.Contracts.Workers;
using MassTransit;

namespace Harbor.Node.Allocation;

internal sealed class PortStillUsedConsumer(Quarantines quarantines) : IConsumer<PortStillUsed>
{
    public Task Consume(ConsumeContext<PortStillUsed> context) => quarantines.ProlongAsync(context.Message, context.CancellationToken);
}
