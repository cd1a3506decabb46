using MassTransit;

namespace Harbor.Node.Allocation;

/// <summary>
/// What all the node's commands have in common: a store that is away for a moment is waited for; a longer absence is the sender's, whose sweep
/// repeats every command that was not answered.
/// </summary>
internal sealed class NodeConsumerDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    public NodeConsumerDefinition() => ConcurrentMessageLimit = 32;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
        => endpointConfigurator.UseMessageRetry(retry => retry.Intervals(50, 200, 1000));
}
