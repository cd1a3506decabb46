using Harbor.Contracts.Allocation;
using Harbor.State.Services;
using MassTransit;

namespace Harbor.Gateway.Provisioning;

/// <summary>The node has no port to give.</summary>
internal sealed class RefuseProvisionActivity(ProvisionFailures failures) : IStateMachineActivity<ProvisionPortState, PortAllocationRefused>
{
    public void Probe(ProbeContext context) => context.CreateScope(nameof(RefuseProvisionActivity));

    public void Accept(StateMachineVisitor visitor) => visitor.Visit(this);

    public async Task Execute(
        BehaviorContext<ProvisionPortState, PortAllocationRefused> context, IBehavior<ProvisionPortState, PortAllocationRefused> next)
    {
        context.Saga.End = await failures.FailAsync(context.Saga, OperationFailure.Refused, context.Message.Description, context.CancellationToken);
        await next.Execute(context);
    }

    public Task Faulted<TException>(
        BehaviorExceptionContext<ProvisionPortState, PortAllocationRefused, TException> context, IBehavior<ProvisionPortState, PortAllocationRefused> next)
        where TException : Exception
        => next.Faulted(context);
}
