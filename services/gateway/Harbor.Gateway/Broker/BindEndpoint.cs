using Harbor.Gateway.Bindings;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Broker.Parameters;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Pools;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>PUT of a binding, rotation included.</summary>
internal sealed class BindEndpoint(
    PlanCatalog catalog, ServiceInstances instances, ServiceBindings bindings, BindingRunner runner, OperationRunner operations, PoolDirectory pools)
{
    public async Task<BrokerAnswer> HandleAsync(HttpContext context)
    {
        var (instanceId, bindingId, badId) = BrokerRequests.Ids(context);
        var (body, badBody) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if ((badBody ?? badId) is { } unreadable)
        {
            return unreadable;
        }

        var (request, incomplete) = BindRequest.Read(body);
        if (request is null)
        {
            return incomplete!;
        }

        if (request.PredecessorId is { } predecessorId)
        {
            if (await PredecessorAsync(instanceId, bindingId, predecessorId, context.RequestAborted) is not { } predecessor)
            {
                return BrokerAnswer.BadRequest("predecessor_binding_id is not a binding of this service instance.");
            }

            request = request.Over(predecessor);
        }

        return catalog.RefusalOf(request.ServiceId!, request.PlanId!, out var plan)
            ?? Refusal(request, plan, BrokerRequests.AcceptsIncomplete(context))
            ?? await BindAsync(context, instanceId, bindingId, request);
    }

    /// <summary>The binding to be replaced; or its successor, where this is a repeat and the predecessor is gone by now. Null: there is none.</summary>
    private async Task<BindingDocument?> PredecessorAsync(string instanceId, string bindingId, string predecessorId, CancellationToken cancellationToken)
    {
        if (await bindings.GetAsync(predecessorId, cancellationToken) is { State: BindingState.Active } predecessor && predecessor.ServiceInstanceId == instanceId)
        {
            return predecessor;
        }

        var successor = await bindings.GetAsync(bindingId, cancellationToken);
        return successor is { State: BindingState.Creating or BindingState.Active } && successor.ServiceInstanceId == instanceId && successor.PredecessorId == predecessorId
            ? successor
            : null;
    }

    private static BrokerAnswer? Refusal(BindRequest request, PlanOptions plan, bool asynchronous)
        => !plan.Bindable ? BrokerAnswer.BadRequest("Nothing can be bound to instances of this plan.")
            : request.PredecessorId is not null && !plan.BindingRotatable ? BrokerAnswer.BadRequest("Bindings of this plan cannot be rotated: predecessor_binding_id is not taken.")
            : plan.AsynchronousOnly && !asynchronous ? BrokerAnswer.AsyncRequired()
            : null;

    private async Task<BrokerAnswer> BindAsync(HttpContext context, string instanceId, string bindingId, BindRequest request)
    {
        while (true)
        {
            var instance = await instances.GetAsync(instanceId, context.RequestAborted);
            if (RefusalOf(instance, request) is { } refusal)
            {
                return refusal;
            }

            var asynchronous = BrokerRequests.AcceptsIncomplete(context);
            var wanted = runner.New(instance!, bindingId, request, asynchronous);
            var fault = ParameterReader.Read(ParameterSchemas.Bind, request.Parameters).Fault;
            var existing = await bindings.GetAsync(bindingId, context.RequestAborted);
            if (existing is not null && existing.State != BindingState.Removed)
            {
                if (await RepeatAsync(instance!, existing, wanted, fault, asynchronous, context.RequestAborted) is { } repeated)
                {
                    return repeated;
                }

                continue;
            }

            if (fault is not null)
            {
                return BrokerAnswer.BadRequest(fault);
            }

            // A service key needs nothing of the bus.
            if (wanted.AppGuid is not null && !operations.IsBusUp)
            {
                return BrokerAnswer.Unavailable("The bus between Harbor's parts cannot be reached at the moment. Try again.");
            }

            if (await runner.BeginAsync(BrokerCall.Of(context), wanted, existing) is { } created)
            {
                return await AnswerAsync(created, asynchronous, StatusCodes.Status201Created, context.RequestAborted);
            }
        }
    }

    private static BrokerAnswer? RefusalOf(ServiceInstanceDocument? instance, BindRequest request) => instance switch
    {
        null or { State: ServiceInstanceState.Failed or ServiceInstanceState.Deleted } => BrokerAnswer.NotFound("There is no service instance of this id."),
        { State: ServiceInstanceState.Provisioning or ServiceInstanceState.Deprovisioning } => BrokerAnswer.ConcurrencyError(),
        _ when instance.PlanId != request.PlanId => BrokerAnswer.BadRequest("The service instance is of another plan."),
        _ => null,
    };

    /// <summary>Parameters that are at fault differ from those of what exists. Null: the binding is not what it was when it was read.</summary>
    private async Task<BrokerAnswer?> RepeatAsync(
        ServiceInstanceDocument instance, BindingDocument existing, BindingDocument wanted, string? fault, bool asynchronous, CancellationToken cancellationToken)
    {
        if (existing.State == BindingState.Removing)
        {
            return BrokerAnswer.ConcurrencyError();
        }

        if (existing.ServiceInstanceId != wanted.ServiceInstanceId || existing.PlanId != wanted.PlanId || existing.AppGuid != wanted.AppGuid
            || existing.PredecessorId != wanted.PredecessorId || fault is not null)
        {
            return BrokerAnswer.Conflict("A binding of this id exists, with other attributes.");
        }

        return existing.State == BindingState.Active ? await ShowAsync(instance, existing, StatusCodes.Status200OK, cancellationToken)
            : await runner.JoinAsync(existing, asynchronous) is { } running ? await AnswerAsync(running, asynchronous, StatusCodes.Status200OK, cancellationToken)
            : null;
    }

    private async Task<BrokerAnswer> AnswerAsync(BindingDocument binding, bool asynchronous, int success, CancellationToken cancellationToken)
    {
        var end = await runner.EndAsync(binding, asynchronous, cancellationToken);
        switch (end)
        {
            case { State: BindingState.Active }:
                return await instances.GetAsync(binding.ServiceInstanceId, cancellationToken) is { State: ServiceInstanceState.Active } instance
                    ? await ShowAsync(instance, end, success, cancellationToken)
                    : BrokerAnswer.NotFound("The service instance was deleted while it was bound.");
            case { State: BindingState.Creating } when asynchronous:
                return BrokerAnswer.Accepted(binding.Operation.Id);
            case null:
                return BrokerAnswer.NotFound("The service instance was deleted while it was bound.");
            default:
                var bind = end.OperationOf(binding.Operation.Id);
                return bind.State == OperationState.Failed ? OperationAnswers.Failed(bind) : BrokerAnswer.Unavailable("The binding could not be made in time.");
        }
    }

    private async Task<BrokerAnswer> ShowAsync(ServiceInstanceDocument instance, BindingDocument binding, int status, CancellationToken cancellationToken)
        => await pools.FindAsync(instance.Pool, cancellationToken) is { } pool
            ? new BrokerAnswer(status, BindingCredentials.Show(instance, binding, pool))
            : BrokerAnswer.Unavailable($"The pool {instance.Pool} cannot be found at the moment.");
}
