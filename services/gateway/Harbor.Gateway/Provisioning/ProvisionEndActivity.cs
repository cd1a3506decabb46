using MassTransit;

namespace Harbor.Gateway.Provisioning;

/// <summary>A step that may end the provision in the instance's document, and notes in the saga how. Idempotent: its message may come again.</summary>
internal abstract class ProvisionEndActivity : IStateMachineActivity<ProvisionPortState>
{
    public void Probe(ProbeContext context) => context.CreateScope(GetType().Name);

    public void Accept(StateMachineVisitor visitor) => visitor.Visit(this);

    public async Task Execute(BehaviorContext<ProvisionPortState> context, IBehavior<ProvisionPortState> next)
    {
        context.Saga.End = await EndAsync(context.Saga, context.CancellationToken);
        await next.Execute(context);
    }

    public async Task Execute<T>(BehaviorContext<ProvisionPortState, T> context, IBehavior<ProvisionPortState, T> next)
        where T : class
    {
        context.Saga.End = await EndAsync(context.Saga, context.CancellationToken);
        await next.Execute(context);
    }

    public Task Faulted<TException>(BehaviorExceptionContext<ProvisionPortState, TException> context, IBehavior<ProvisionPortState> next)
        where TException : Exception
        => next.Faulted(context);

    public Task Faulted<T, TException>(BehaviorExceptionContext<ProvisionPortState, T, TException> context, IBehavior<ProvisionPortState, T> next)
        where T : class
        where TException : Exception
        => next.Faulted(context);

    protected abstract Task<ProvisionEnd> EndAsync(ProvisionPortState saga, CancellationToken cancellationToken);
}
