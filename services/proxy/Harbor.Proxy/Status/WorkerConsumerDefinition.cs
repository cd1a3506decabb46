using MassTransit;

namespace Harbor.Proxy.Status;

/// <summary>For what every worker must hear: a queue of this process alone, which goes with it.</summary>
internal abstract class WorkerConsumerDefinition<TConsumer> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
{
    protected WorkerConsumerDefinition() => Endpoint(endpoint =>
    {
        endpoint.InstanceId = NewId.NextGuid().ToString("N");
        endpoint.Temporary = true;
    });
}
