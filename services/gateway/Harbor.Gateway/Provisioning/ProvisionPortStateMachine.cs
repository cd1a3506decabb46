using Harbor.Contracts.Allocation;
using Harbor.Contracts.Provisioning;
using Harbor.Contracts.Workers;
using MassTransit;
using SagaState = MassTransit.State;

namespace Harbor.Gateway.Provisioning;

/// <summary>
/// A port is allocated, opened by every live worker, and only then the instance's. Whatever else happens, nothing stays behind: a refused port is
/// changed for another one, a deadline gives back what was taken, a delete takes over.
/// </summary>
internal sealed partial class ProvisionPortStateMachine : MassTransitStateMachine<ProvisionPortState>
{
    private readonly ProvisionRules _rules;

    public ProvisionPortStateMachine(ProvisionRules rules, StrayPorts strays)
    {
        _rules = rules;
        InstanceState(saga => saga.CurrentState);
        Correlate(strays);

        Initially(
            When(Requested)
                .Then(rules.Begin)
                .Publish(context => ProvisionRules.Allocate(context.Saga))
                .TransitionTo(Allocating));

        During(
            Allocating,
            When(Allocated, ProvisionRules.IsWanted)
                .Then(rules.Take)
                .TransitionTo(Opening)
                .If(ProvisionRules.IsRefused, TryAnother)
                .If(rules.IsOpen, Complete),
            When(AllocationRefused, ProvisionRules.IsOurs)
                .Then(context => context.Saga.Port = null)
                .Activity(activity => activity.OfType<RefuseProvisionActivity>())
                .Finalize(),
            When(Opened).Then(ProvisionRules.NoteOpened),
            When(WorkerRefused).Then(ProvisionRules.NoteRefused),
            When(Due, rules.IsDue)
                .IfElse(rules.IsLate, GiveUp, again => again
                    .Then(rules.Postpone)
                    .Publish(context => ProvisionRules.Allocate(context.Saga))),
            Ignore(Released));

        During(
            Opening,
            When(Opened, ProvisionRules.IsCurrentPort)
                .Then(ProvisionRules.NoteOpened)
                .If(rules.IsOpen, Complete),
            When(WorkerRefused, ProvisionRules.IsCurrentPort)
                .Then(ProvisionRules.NoteRefused)
                .If(ProvisionRules.IsRefused, TryAnother),
            When(Allocated, ProvisionRules.IsWanted).Then(rules.Take),
            When(Due, rules.IsDue)
                .IfElse(rules.IsLate, GiveUp, again => again
                    .Then(rules.Postpone)
                    .IfElse(rules.IsOpen, Complete, waiting => waiting
                        .Publish(context => ProvisionRules.Allocate(context.Saga))
                        .Publish(context => ProvisionRules.Report(context.Saga)))),
            Ignore(Released),
            Ignore(AllocationRefused));

        During(
            Compensating,
            When(Released, ProvisionRules.IsOurs).Finalize(),
            When(Allocated).Publish(context => ProvisionRules.Release(context.Saga)),
            When(Due, rules.IsDue)
                .Then(rules.Postpone)
                .Publish(context => ProvisionRules.Release(context.Saga)),
            Ignore(AllocationRefused),
            Ignore(Opened),
            Ignore(WorkerRefused));

        DuringAny(
            When(Requested, ProvisionRules.IsNewer)
                .Then(rules.Begin)
                .Publish(context => ProvisionRules.Allocate(context.Saga))
                .TransitionTo(Allocating),
            When(Superseded, ProvisionRules.IsSuperseded)
                .Then(rules.LogSuperseded)
                .Finalize());

        SetCompletedWhenFinalized();
    }

    public SagaState Allocating { get; } = null!;

    public SagaState Opening { get; } = null!;

    public SagaState Compensating { get; } = null!;

    public Event<ProvisionPort> Requested { get; } = null!;

    public Event<PortAllocated> Allocated { get; } = null!;

    public Event<PortAllocationRefused> AllocationRefused { get; } = null!;

    public Event<PortOpened> Opened { get; } = null!;

    public Event<PortRefused> WorkerRefused { get; } = null!;

    public Event<PortReleased> Released { get; } = null!;

    public Event<ResumeProvision> Due { get; } = null!;

    public Event<DeprovisionPort> Superseded { get; } = null!;

    private EventActivityBinder<ProvisionPortState, T> Complete<T>(EventActivityBinder<ProvisionPortState, T> binder)
        where T : class
        => binder
            .Activity(activity => activity.OfInstanceType<CompleteProvisionActivity>())
            .IfElse(context => context.Saga.End == ProvisionEnd.RolledBack, RollBack, done => done.Finalize());

    private EventActivityBinder<ProvisionPortState, T> GiveUp<T>(EventActivityBinder<ProvisionPortState, T> binder)
        where T : class
        => binder
            .Activity(activity => activity.OfInstanceType<ExpireProvisionActivity>())
            .IfElse(context => context.Saga.End == ProvisionEnd.RolledBack, RollBack, over => over.Finalize());

    private EventActivityBinder<ProvisionPortState, PortAllocated> TryAnother(EventActivityBinder<ProvisionPortState, PortAllocated> binder)
        => TryAnother<PortAllocated>(binder);

    private EventActivityBinder<ProvisionPortState, T> TryAnother<T>(EventActivityBinder<ProvisionPortState, T> binder)
        where T : class
        => binder.IfElse(
            _rules.MayTryAnother,
            another => another
                .Then(_rules.AvoidPort)
                .Publish(context => ProvisionRules.Allocate(context.Saga))
                .TransitionTo(Allocating),
            none => none
                .Activity(activity => activity.OfInstanceType<NoUsablePortActivity>())
                .IfElse(context => context.Saga.End == ProvisionEnd.RolledBack, RollBack, over => over.Finalize()));

    private EventActivityBinder<ProvisionPortState, T> RollBack<T>(EventActivityBinder<ProvisionPortState, T> binder)
        where T : class
        => binder
            .Then(_rules.Restart)
            .Publish(context => ProvisionRules.Release(context.Saga))
            .TransitionTo(Compensating);
}
