using MassTransit;

namespace Harbor.Hosting.Tests.Bus;

public sealed class PingConsumer : IConsumer<Ping>
{
    public Task Consume(ConsumeContext<Ping> context) => context.RespondAsync(new Pong { Number = context.Message.Number });
}
