using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using Harbor.Gateway.Instances;
using MassTransit;
using SagaState = MassTransit.State;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>
/// The node releases the port, the workers close it, and only then the instance is deleted. An allocation that comes late, from the create which this
/// delete has overtaken, is released as well.
/// </summary>
internal sealed class ReleasePortStateMachine : MassTransitStateMachine<ReleasePortState>
{
    public ReleasePortStateMachine(ReleaseRules rules)
    {
        InstanceState(saga => saga.CurrentState);
        Event(() => Requested, e => e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId)));
        Event(() => Released, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Closed, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Allocated, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });
        Event(() => Due, e =>
        {
            e.CorrelateById(context => SagaIds.Of(context.Message.ServiceInstanceId));
            e.OnMissingInstance(missing => missing.Discard());
        });

        Initially(
            When(Requested)
                .Then(rules.Begin)
                .Publish(context => ReleaseRules.Release(context.Saga))
                .TransitionTo(Releasing));

        During(
            Releasing,
            When(Released, ReleaseRules.IsOurs)
                .Then(rules.NoteReleased)
                .TransitionTo(Closing)
                .If(rules.IsClosed, Complete),
            When(Closed).Then(ReleaseRules.NoteClosed),
            When(Due, rules.IsDue)
                .IfElse(
                    rules.IsLate,
                    late => late.Activity(activity => activity.OfInstanceType<ExpireDeprovisionActivity>()).Finalize(),
                    again => again
                        .Then(rules.Postpone)
                        .Publish(context => ReleaseRules.Release(context.Saga))));

        During(
            Closing,
            When(Closed)
                .Then(ReleaseRules.NoteClosed)
                .If(rules.IsClosed, Complete),
            When(Due, rules.IsDue)
                .Then(rules.Postpone)
                .IfElse(rules.IsClosed, Complete, waiting => waiting.Publish(context => ReleaseRules.Report(context.Saga))),
            Ignore(Released));

        DuringAny(
            When(Allocated, ReleaseRules.IsOurs)
                .Publish(context => ReleaseRules.Release(context.Saga))
                .TransitionTo(Releasing),
            When(Requested, ReleaseRules.IsNewer)
                .Then(rules.Begin)
                .Publish(context => ReleaseRules.Release(context.Saga))
                .TransitionTo(Releasing));

        SetCompletedWhenFinalized();
    }

    public SagaState Releasing { get; } = null!;

    public SagaState Closing { get; } = null!;

    public Event<DeprovisionPort> Requested { get; } = null!;

    public Event<PortReleased> Released { get; } = null!;

    public Event<PortClosed> Closed { get; } = null!;

    public Event<PortAllocated> Allocated { get; } = null!;

    public Event<ResumeDeprovision> Due { get; } = null!;

    private static EventActivityBinder<ReleasePortState, T> Complete<T>(EventActivityBinder<ReleasePortState, T> binder)
        where T : class
        => binder
            .Activity(activity => activity.OfInstanceType<CompleteDeprovisionActivity>())
            .Finalize();
}
