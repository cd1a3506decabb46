using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Instances;
using MassTransit;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>How the deprovision's saga is fed: one event of an instance at a time, sends only after the state is saved, lost races tried again.</summary>
internal sealed class ReleasePortStateDefinition : SagaDefinition<ReleasePortState>
{
    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<ReleasePortState> sagaConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseSagaRetry();
        endpointConfigurator.UseInMemoryOutbox(context);
        var partition = SagaEndpoints.Partition(endpointConfigurator);
        sagaConfigurator.Message<DeprovisionPort>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortReleased>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortClosed>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortAllocated>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<ResumeDeprovision>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
    }
}
