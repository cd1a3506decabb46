using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using MassTransit;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>Hears what is said to the sagas, so that a test can say it again.</summary>
internal sealed class FakeEar(FakeEdge edge)
    : IConsumer<ProvisionPort>, IConsumer<DeprovisionPort>, IConsumer<PortAllocated>, IConsumer<PortAllocationRefused>, IConsumer<PortReleased>, IConsumer<PortPolicyChanged>,
        IConsumer<PortOpened>, IConsumer<PortRefused>, IConsumer<PortClosed>
{
    public Task Consume(ConsumeContext<ProvisionPort> context) => Hear(context);

    public Task Consume(ConsumeContext<DeprovisionPort> context) => Hear(context);

    public Task Consume(ConsumeContext<PortAllocated> context) => Hear(context);

    public Task Consume(ConsumeContext<PortAllocationRefused> context) => Hear(context);

    public Task Consume(ConsumeContext<PortReleased> context) => Hear(context);

    public Task Consume(ConsumeContext<PortPolicyChanged> context) => Hear(context);

    public Task Consume(ConsumeContext<PortOpened> context) => Hear(context);

    public Task Consume(ConsumeContext<PortRefused> context) => Hear(context);

    public Task Consume(ConsumeContext<PortClosed> context) => Hear(context);

    private Task Hear<T>(ConsumeContext<T> context)
        where T : class
    {
        edge.Heard.Enqueue(context.Message);
        return Task.CompletedTask;
    }
}
