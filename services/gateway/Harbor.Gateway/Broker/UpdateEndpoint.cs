using Harbor.Gateway.Auditing;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Broker.Parameters;
using Harbor.Gateway.Instances;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>PATCH of a service instance. What does not touch the port is done at once; the rest when the port follows it.</summary>
internal sealed class UpdateEndpoint(PlanCatalog catalog, ServiceInstances instances, OperationRunner operations, AuditTrail audit)
{
    public async Task<BrokerAnswer> HandleAsync(HttpContext context)
    {
        var (id, _, badId) = BrokerRequests.Ids(context);
        var (body, badBody) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if ((badBody ?? badId) is { } unreadable)
        {
            return unreadable;
        }

        var (request, incomplete) = UpdateRequest.Read(body);
        if (request is null)
        {
            return incomplete!;
        }

        if (request.ServiceId != ServiceOffering.Id)
        {
            return BrokerAnswer.BadRequest("service_id is not in the catalog.");
        }

        if (request.PlanId is { } planId && catalog.Find(planId) is null)
        {
            return BrokerAnswer.BadRequest("plan_id is not in the catalog.");
        }

        var asynchronous = BrokerRequests.AcceptsIncomplete(context);
        while (true)
        {
            var instance = await instances.GetAsync(id, context.RequestAborted);
            var plan = catalog.Find(request.PlanId ?? instance?.PlanId ?? "");
            if (plan is { AsynchronousOnly: true } && !asynchronous)
            {
                return BrokerAnswer.AsyncRequired();
            }

            if (instance is null || instance.IsOver())
            {
                return BrokerAnswer.NotFound("There is no service instance of this id.");
            }

            if (await UpdateAsync(context, instance, request, plan, asynchronous) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <summary>Null: the instance is not what it was when it was read.</summary>
    private async Task<BrokerAnswer?> UpdateAsync(
        HttpContext context, ServiceInstanceDocument instance, UpdateRequest request, PlanOptions? plan, bool asynchronous)
    {
        var (parameters, fault) = ParameterReader.Read(ParameterSchemas.Update, request.Parameters);
        var update = parameters is null ? null : New(instance, request, parameters);
        if (instance.IsRunning() || instance.State != ServiceInstanceState.Active)
        {
            return instance.Update is { } running && update is not null && IsSame(running, update)
                ? await JoinAsync(instance, asynchronous, context.RequestAborted)
                : BrokerAnswer.ConcurrencyError();
        }

        if (request.PlanId is { } planId && planId != instance.PlanId)
        {
            return BrokerAnswer.Error(StatusCodes.Status422UnprocessableEntity, "The plan of a service instance cannot be changed: its port belongs to the plan's pool.");
        }

        if (update is null)
        {
            return BrokerAnswer.BadRequest(fault!);
        }

        // Not the port: it is what it is, also where the pool's range was changed since.
        if (PortPolicies.FaultOf(update.Parameters with { Port = null }, instance.Protocol, plan, pool: null) is { } rule)
        {
            return BrokerAnswer.BadRequest(rule);
        }

        if (plan is not null && BrokerRequests.MaintenanceConflict(request.MaintenanceVersion, plan) is { } conflict)
        {
            return conflict;
        }

        return ParameterReader.Same(instance.Parameters, update.Parameters)
            ? await ApplyAtOnceAsync(context, instance, update)
            : await BeginAsync(context, instance, update, asynchronous);
    }

    private async Task<BrokerAnswer?> ApplyAtOnceAsync(HttpContext context, ServiceInstanceDocument instance, PendingUpdate update)
    {
        if (instance.Context == update.Context && instance.MaintenanceVersion == update.MaintenanceVersion)
        {
            return BrokerAnswer.Done();
        }

        var ended = operations.New(OperationKind.Update, asynchronous: false).Succeeded(operations.Now);
        if (await instances.ReplaceAsync(instance.Next(ended).With(update), CancellationToken.None) is null)
        {
            return null;
        }

        audit.Update(BrokerCall.Of(context), instance, update, ended.Id);
        return BrokerAnswer.Done();
    }

    private async Task<BrokerAnswer?> BeginAsync(HttpContext context, ServiceInstanceDocument instance, PendingUpdate update, bool asynchronous)
    {
        if (!operations.IsBusUp)
        {
            return BrokerAnswer.Unavailable("The bus between Harbor's parts cannot be reached at the moment. Try again.");
        }

        var operation = operations.New(OperationKind.Update, asynchronous);
        using var wait = operations.Arm(operation.Id);
        if (await instances.ReplaceAsync(instance.Updating(update, operation, operations.Now), CancellationToken.None) is not { } updating)
        {
            return null;
        }

        audit.Update(BrokerCall.Of(context), instance, update, operation.Id);
        if (!await operations.SendAsync(updating.ChangePolicy(update.Parameters, catalog)) && !asynchronous)
        {
            return await AbandonAsync(instance.Id, operation.Id);
        }

        return await AnswerAsync(operation.Id, wait, asynchronous, context.RequestAborted);
    }

    /// <summary>The platform waits, and nobody knows what became of the command: the old policy is sent for as long as it takes, by the sweep.</summary>
    private async Task<BrokerAnswer> AbandonAsync(string id, string operationId)
    {
        await instances.ChangeAsync(id, current => current.UpdateTimedOut(operationId, "The bus could not be reached.", operations.Now), CancellationToken.None);
        return BrokerAnswer.Unavailable("The bus between Harbor's parts cannot be reached at the moment; what was begun is rolled back.");
    }

    private async Task<BrokerAnswer> JoinAsync(ServiceInstanceDocument instance, bool asynchronous, CancellationToken cancellationToken)
    {
        using var wait = operations.Arm(instance.Operation.Id);
        var current = await instances.GetAsync(instance.Id, cancellationToken);
        return current?.OperationOf(instance.Operation.Id) switch
        {
            null => BrokerAnswer.NotFound("There is no service instance of this id."),
            { State: OperationState.InProgress } => await AnswerAsync(instance.Operation.Id, wait, asynchronous, cancellationToken),
            { State: OperationState.Succeeded } => BrokerAnswer.Done(),
            { } failed => UpdateFailed(failed),
        };
    }

    private async Task<BrokerAnswer> AnswerAsync(string operationId, OperationWaits.Armed wait, bool asynchronous, CancellationToken cancellationToken)
        => await operations.EndAsync(wait, asynchronous, cancellationToken) switch
        {
            { State: OperationState.Succeeded } => BrokerAnswer.Done(),
            { } failed => UpdateFailed(failed),
            null when asynchronous => BrokerAnswer.Accepted(operationId),
            null => BrokerAnswer.Unavailable("The service instance could not be updated in time; what was begun is rolled back."),
        };

    /// <summary>Only a delete takes an update's place: it goes on, and Cloud Controller knows no 409 here.</summary>
    private static BrokerAnswer UpdateFailed(OperationRecord operation)
    {
        var isOvertaken = operation.Failure == OperationFailure.Superseded;
        var answer = isOvertaken ? BrokerAnswer.ConcurrencyError() : OperationAnswers.Failed(operation);
        answer.Body["instance_usable"] = !isOvertaken;
        answer.Body["update_repeatable"] = !isOvertaken;
        return answer;
    }

    private static bool IsSame(PendingUpdate one, PendingUpdate other)
        => one.Context == other.Context && one.MaintenanceVersion == other.MaintenanceVersion && ParameterReader.Same(one.Parameters, other.Parameters);

    private static PendingUpdate New(ServiceInstanceDocument instance, UpdateRequest request, PortParameters parameters) => new()
    {
        Parameters = ParameterReader.Merge(instance.Parameters, parameters),
        Context = request.Context?.GetRawText() ?? instance.Context,
        MaintenanceVersion = request.MaintenanceVersion ?? instance.MaintenanceVersion,
    };
}
