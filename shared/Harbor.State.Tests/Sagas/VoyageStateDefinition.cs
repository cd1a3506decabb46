using MassTransit;

namespace Harbor.State.Tests.Sagas;

public sealed class VoyageStateDefinition : SagaDefinition<VoyageState>
{
    protected override void ConfigureSaga(IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<VoyageState> sagaConfigurator, IRegistrationContext context)
    {
        // Immediate: a lost race has a winner, so of n at once one is through in each round.
        endpointConfigurator.UseMessageRetry(retry =>
        {
            retry.Handle<ConcurrencyException>();
            retry.Immediate(100);
        });
        endpointConfigurator.UseInMemoryOutbox(context);
    }
}
