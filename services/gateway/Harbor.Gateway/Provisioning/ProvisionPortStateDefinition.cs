using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Instances;
using MassTransit;

namespace Harbor.Gateway.Provisioning;

/// <summary>How the provision's saga is fed: one event of an instance at a time, sends only after the state is saved, lost races tried again.</summary>
internal sealed class ProvisionPortStateDefinition : SagaDefinition<ProvisionPortState>
{
    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<ProvisionPortState> sagaConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseSagaRetry();
        endpointConfigurator.UseInMemoryOutbox(context);
        var partition = SagaEndpoints.Partition(endpointConfigurator);
        sagaConfigurator.Message<ProvisionPort>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortAllocated>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortAllocationRefused>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortOpened>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortRefused>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<PortReleased>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<ResumeProvision>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
        sagaConfigurator.Message<DeprovisionPort>(message => message.UsePartitioner(partition, received => SagaIds.Of(received.Message.ServiceInstanceId)));
    }
}
