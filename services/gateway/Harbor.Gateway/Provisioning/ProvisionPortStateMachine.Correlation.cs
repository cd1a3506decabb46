using Harbor.Gateway.Instances;
using MassTransit;

namespace Harbor.Gateway.Provisioning;

internal sealed partial class ProvisionPortStateMachine
{
    /// <summary>Every event finds its saga by the service instance. What comes for none is late, or of another operation, and says nothing; but for an allocation, which must not stay.</summary>
    private void Correlate(StrayPorts strays)
    {
        Event(() => Requested, e => e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId)));
        Event(() => Allocated, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.ExecuteAsync(strays.HandleAsync));
        });
        Event(() => AllocationRefused, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Opened, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => WorkerRefused, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Released, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Due, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Superseded, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
    }
}
