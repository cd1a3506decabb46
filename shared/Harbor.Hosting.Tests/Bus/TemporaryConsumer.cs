using MassTransit;

namespace Harbor.Hosting.Tests.Bus;

/// <summary>A consumer whose queue goes with the process, like a worker's.</summary>
public sealed class TemporaryConsumer : IConsumer<Pong>
{
    public Task Consume(ConsumeContext<Pong> context) => Task.CompletedTask;
}
