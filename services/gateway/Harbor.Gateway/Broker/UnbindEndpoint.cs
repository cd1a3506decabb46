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
        var (request, unusable) = DeleteRequest.Read(context, catalog);
        if (request is null)
        {
            return unusable!;
        }

        while (true)
        {
            var binding = await bindings.GetAsync(request.BindingId, context.RequestAborted);
            var isHere = binding is not null && binding.ServiceInstanceId == request.InstanceId;
            if (!isHere || !request.IsOf(binding!.ServiceId, binding.PlanId))
            {
                if ((request.UnknownPlan ?? (isHere && binding!.State != BindingState.Removed ? BrokerAnswer.BadRequest("The binding is of another plan.") : null)) is { } refusal)
                {
                    return refusal;
                }
            }

            if (!isHere || binding!.State == BindingState.Removed)
            {
                return BrokerAnswer.Gone();
            }

            var removing = binding.State == BindingState.Removing && binding.IsRunning()
                ? await runner.JoinAsync(binding, request.Asynchronous)
                : await runner.BeginUnbindAsync(BrokerCall.Of(context), binding, request.Asynchronous);
            if (removing is not null)
            {
                return await AnswerAsync(removing, request.Asynchronous, context.RequestAborted);
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
