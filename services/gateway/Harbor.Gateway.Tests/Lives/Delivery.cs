using Harbor.Gateway.Tests.Running;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Harbor.Gateway.Tests.Lives;

/// <summary>Says something on the bus, and waits until one of its hearers has done with it: so that nothing having happened is seen, and not only not seen yet.</summary>
internal sealed class Delivery : IConsumeObserver
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Guid _message = NewId.NextGuid();
    private readonly string _queue;

    private Delivery(string queue) => _queue = queue;

    /// <param name="run">Whose bus it is.</param>
    /// <param name="message">What is said.</param>
    /// <param name="queue">The hearer's.</param>
    public static async Task SayAsync(GatewayRun run, object message, string queue)
    {
        var bus = run.Services.GetRequiredService<IBus>();
        var delivery = new Delivery(queue);
        using var connected = bus.ConnectConsumeObserver(delivery);
        await bus.Publish(message, message.GetType(), context => context.MessageId = delivery._message, TestContext.Current.CancellationToken);
        await delivery._done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class
        => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.MessageId == _message && context.ReceiveContext.InputAddress.AbsolutePath.EndsWith(_queue, StringComparison.Ordinal))
        {
            _done.TrySetResult();
        }

        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        _done.TrySetException(exception);
        return Task.CompletedTask;
    }
}
