using MassTransit;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>A step that ends the deprovision in the instance's document. Idempotent: its message may come again.</summary>
internal abstract class DeprovisionActivity : IStateMachineActivity<ReleasePortState>
{
    public void Probe(ProbeContext context) => context.CreateScope(GetType().Name);

    public void Accept(StateMachineVisitor visitor) => visitor.Visit(this);

    public async Task Execute(BehaviorContext<ReleasePortState> context, IBehavior<ReleasePortState> next)
    {
        await EndAsync(context.Saga, context.CancellationToken);
        await next.Execute(context);
    }

    public async Task Execute<T>(BehaviorContext<ReleasePortState, T> context, IBehavior<ReleasePortState, T> next)
        where T : class
    {
        await EndAsync(context.Saga, context.CancellationToken);
        await next.Execute(context);
    }

    public Task Faulted<TException>(BehaviorExceptionContext<ReleasePortState, TException> context, IBehavior<ReleasePortState> next)
        where TException : Exception
        => next.Faulted(context);

    public Task Faulted<T, TException>(BehaviorExceptionContext<ReleasePortState, T, TException> context, IBehavior<ReleasePortState, T> next)
        where T : class
        where TException : Exception
        => next.Faulted(context);

    protected abstract Task EndAsync(ReleasePortState saga, CancellationToken cancellationToken);
}
