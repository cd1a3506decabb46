using Harbor.Gateway.Auditing;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Broker.Parameters;
using Harbor.Gateway.Instances;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>DELETE of a service instance. Takes its bindings with it, and overtakes whatever else runs on it.</summary>
internal sealed class DeprovisionEndpoint(PlanCatalog catalog, ServiceInstances instances, OperationRunner operations, AuditTrail audit)
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
            var instance = await instances.GetAsync(request.InstanceId, context.RequestAborted);

            // A plan that is gone from the catalog is still good for the deletion of what was made with it.
            if (instance is null || !request.IsOf(instance.ServiceId, instance.PlanId))
            {
                if ((request.UnknownPlan ?? (instance is null || instance.IsOver() ? null : BrokerAnswer.BadRequest("The service instance is of another plan."))) is { } refusal)
                {
                    return refusal;
                }
            }

            if (instance is null or { State: ServiceInstanceState.Deleted })
            {
                return BrokerAnswer.Gone();
            }

            if (instance.State == ServiceInstanceState.Deprovisioning && instance.IsRunning())
            {
                return await JoinAsync(instance, request.Asynchronous, context.RequestAborted);
            }

            if (await BeginAsync(context, instance, request.Asynchronous) is { } answer)
            {
                return answer;
            }
        }
    }

    private async Task<BrokerAnswer> JoinAsync(ServiceInstanceDocument instance, bool asynchronous, CancellationToken cancellationToken)
    {
        using var wait = operations.Arm(instance.Operation.Id);
        var current = await instances.GetAsync(instance.Id, cancellationToken);
        return current is not null && current.Runs(instance.Operation.Id)
            ? await AnswerAsync(instance.Operation.Id, wait, asynchronous, cancellationToken)
            : BrokerAnswer.Gone();
    }

    /// <summary>Null: the instance is not what it was when it was read.</summary>
    private async Task<BrokerAnswer?> BeginAsync(HttpContext context, ServiceInstanceDocument instance, bool asynchronous)
    {
        if (!operations.IsBusUp)
        {
            return BrokerAnswer.Unavailable("The bus between Harbor's parts cannot be reached at the moment. Try again.");
        }

        var operation = operations.New(OperationKind.Deprovision, asynchronous);
        using var wait = operations.Arm(operation.Id);
        if (await instances.ReplaceAsync(instance.Deprovisioning(operation, operations.Now), CancellationToken.None) is not { } deprovisioning)
        {
            return null;
        }

        audit.Instance(BrokerCall.Of(context), "deprovision", instance.Id, operation.Id, ParameterReader.TextOf(instance.Parameters), null);
        if (!await operations.SendAsync(deprovisioning.Deprovision()) && !asynchronous)
        {
            return Unfinished();
        }

        return await AnswerAsync(operation.Id, wait, asynchronous, context.RequestAborted);
    }

    private async Task<BrokerAnswer> AnswerAsync(string operationId, OperationWaits.Armed wait, bool asynchronous, CancellationToken cancellationToken)
        => await operations.EndAsync(wait, asynchronous, cancellationToken) switch
        {
            { State: OperationState.Succeeded } => BrokerAnswer.Done(),
            { } failed => Unusable(OperationAnswers.Failed(failed)),
            null when asynchronous => BrokerAnswer.Accepted(operationId),
            null => Unfinished(),
        };

    private static BrokerAnswer Unfinished()
        => Unusable(BrokerAnswer.Unavailable("The service instance is being deleted, which takes longer than the platform waits. Ask again."));

    /// <summary>Half deleted, it serves nobody; the delete can be repeated.</summary>
    private static BrokerAnswer Unusable(BrokerAnswer answer)
    {
        answer.Body["instance_usable"] = false;
        return answer;
    }
}
