using Harbor.Gateway.Bindings;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>DELETE of a binding. The node has a few seconds; after that it is 202 where the platform takes that, and finished by the sweep.</summary>
internal sealed class UnbindEndpoint(PlanCatalog catalog, ServiceBindings bindings, BindingRunner runner)
{
    public async Task<BrokerAnswer> HandleAsync(HttpContext context)
    {
        var (instanceId, bindingId, badId) = BrokerRequests.Ids(context);
        var (serviceId, planId, incomplete) = BrokerRequests.DeleteIds(context);
        if ((badId ?? incomplete) is { } unusable)
        {
            return unusable;
        }

        var asynchronous = BrokerRequests.AcceptsIncomplete(context);
        var unknown = catalog.RefusalOf(serviceId, planId, out var plan);
        if (unknown is null && plan.AsynchronousOnly && !asynchronous)
        {
            return BrokerAnswer.AsyncRequired();
        }

        while (true)
        {
            var binding = await bindings.GetAsync(bindingId, context.RequestAborted);
            var isHere = binding is not null && binding.ServiceInstanceId == instanceId;
            if (!isHere || binding!.ServiceId != serviceId || binding.PlanId != planId)
            {
                if ((unknown ?? (isHere && binding!.State != BindingState.Removed ? BrokerAnswer.BadRequest("The binding is of another plan.") : null)) is { } refusal)
                {
                    return refusal;
                }
            }

            if (!isHere || binding!.State == BindingState.Removed)
            {
                return BrokerAnswer.Gone();
            }

            var removing = binding.State == BindingState.Removing && binding.IsRunning()
                ? await runner.JoinAsync(binding, asynchronous)
                : await runner.BeginUnbindAsync(BrokerCall.Of(context), binding, asynchronous);
            if (removing is not null)
            {
                return await AnswerAsync(removing, asynchronous, context.RequestAborted);
            }
        }
    }

    private async Task<BrokerAnswer> AnswerAsync(BindingDocument binding, bool asynchronous, CancellationToken cancellationToken)
        => await runner.EndAsync(binding, asynchronous, cancellationToken) switch
        {
            null or { State: BindingState.Removed } => BrokerAnswer.Done(),
            _ when asynchronous => BrokerAnswer.Accepted(binding.Operation.Id),
            _ => BrokerAnswer.Unavailable("The binding is being removed, which takes longer than the platform waits. Ask again."),
        };
}
