using Harbor.Contracts.Bindings;
using MassTransit;

namespace Harbor.Gateway.Bindings;

/// <summary>
/// Opens the queue for the node's answers with the bus. Left to itself MassTransit opens it at the first request, and blocks that request's thread, deaf
/// to any token, until it is open: on a lost link, until the link is back. Until then it also counts the queue as healthy, and so the bus as not quite lost.
/// </summary>
internal sealed class NodeAnswers : IBusObserver
{
    /// <summary>It is enough that somebody once listened for an answer.</summary>
    public Task PreStart(IBus bus)
    {
        bus.ConnectRequestPipe(NewId.NextGuid(), Pipe.Empty<ConsumeContext<AppBound>>()).Disconnect();
        return Task.CompletedTask;
    }

    public void PostCreate(IBus bus)
    {
    }

    public void CreateFaulted(Exception exception)
    {
    }

    public Task PostStart(IBus bus, Task<BusReady> busReady) => Task.CompletedTask;

    public Task StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    public Task PreStop(IBus bus) => Task.CompletedTask;

    public Task PostStop(IBus bus) => Task.CompletedTask;

    public Task StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;
}
