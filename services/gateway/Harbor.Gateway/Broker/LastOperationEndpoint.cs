using Harbor.Gateway.Bindings;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Instances;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Broker;

/// <summary>GET of the last operation, of instances and of bindings. Hints are not checked: Cloud Controller takes a 400 here for a failed operation.</summary>
internal sealed class LastOperationEndpoint(ServiceInstances instances, ServiceBindings bindings, IOptions<GatewayOptions> options, TimeProvider time)
{
    public async Task<BrokerAnswer> InstanceAsync(HttpContext context)
    {
        var (id, _, badId) = BrokerRequests.Ids(context);
        if (badId is not null)
        {
            return badId;
        }

        if (await instances.GetAsync(id, context.RequestAborted) is not { } instance)
        {
            return BrokerAnswer.NotFound("There is no service instance of this id.");
        }

        if (instance.State == ServiceInstanceState.Deleted && IsLongAgo(instance.Operation))
        {
            return BrokerAnswer.Gone();
        }

        return Answer(context, instance.OperationOf(context.Request.Query["operation"]), instance.State == ServiceInstanceState.Active);
    }

    public async Task<BrokerAnswer> BindingAsync(HttpContext context)
    {
        var (instanceId, bindingId, badId) = BrokerRequests.Ids(context);
        if (badId is not null)
        {
            return badId;
        }

        if (await bindings.GetAsync(bindingId, context.RequestAborted) is not { } binding || binding.ServiceInstanceId != instanceId)
        {
            return BrokerAnswer.NotFound("There is no binding of this id.");
        }

        if (binding is { State: BindingState.Removed, Operation.Kind: OperationKind.Unbind } && IsLongAgo(binding.Operation))
        {
            return BrokerAnswer.Gone();
        }

        return Answer(context, binding.OperationOf(context.Request.Query["operation"]), null);
    }

    private static BrokerAnswer Answer(HttpContext context, OperationRecord operation, bool? usable)
    {
        if (operation.State == OperationState.InProgress)
        {
            OperationAnswers.AskAgainSoon(context);
        }

        return OperationAnswers.State(operation, usable);
    }

    private bool IsLongAgo(OperationRecord operation) => operation.EndedAt + options.Value.Broker.RememberEnds <= time.GetUtcNow();
}
