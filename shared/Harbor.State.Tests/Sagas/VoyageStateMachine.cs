using MassTransit;

namespace Harbor.State.Tests.Sagas;

public sealed class VoyageStateMachine : MassTransitStateMachine<VoyageState>
{
    public VoyageStateMachine()
    {
        InstanceState(voyage => voyage.CurrentState);
        Event(() => Booked, booked => booked.CorrelateById(context => context.Message.Voyage));
        Event(() => Reserved, reserved =>
        {
            reserved.CorrelateById(context => context.Message.Voyage);
            reserved.InsertOnInitial = true;
            reserved.SetSagaFactory(context => new VoyageState { CorrelationId = context.Message.Voyage });
        });
        Event(() => Sailed, sailed => sailed.CorrelateById(context => context.Message.Voyage));
        Event(() => Ended, ended => ended.CorrelateById(context => context.Message.Voyage));

        Initially(
            When(Booked)
                .Then(context => (context.Saga.Boat, context.Saga.Due) = (context.Message.Boat, context.Message.Due))
                .Publish(context => new VoyageStarted(context.Saga.CorrelationId))
                .TransitionTo(Sailing),
            When(Reserved)
                .Then(context => context.Saga.Boat = context.Message.Boat)
                .Publish(context => new VoyageStarted(context.Saga.CorrelationId))
                .TransitionTo(Sailing));
        During(
            Sailing,
            Ignore(Booked),
            Ignore(Reserved),
            When(Sailed).Then(context => context.Saga.Legs++),
            When(Ended).Finalize());
        SetCompletedWhenFinalized();
    }

    public MassTransit.State Sailing { get; private set; } = null!;

    public Event<VoyageBooked> Booked { get; private set; } = null!;

    public Event<VoyageReserved> Reserved { get; private set; } = null!;

    public Event<LegSailed> Sailed { get; private set; } = null!;

    public Event<VoyageEnded> Ended { get; private set; } = null!;
}
