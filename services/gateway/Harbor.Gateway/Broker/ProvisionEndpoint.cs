using Harbor.Gateway.Auditing;
using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Broker.Parameters;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Pools;
using Harbor.State.Documents;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>PUT of a service instance.</summary>
internal sealed class ProvisionEndpoint(
    PlanCatalog catalog, PoolDirectory pools, ServiceInstances instances, OrganizationLimit organizations, OperationRunner operations, AuditTrail audit)
{
    public async Task<BrokerAnswer> HandleAsync(HttpContext context)
    {
        var (id, _, badId) = BrokerRequests.Ids(context);
        var (body, badBody) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if ((badBody ?? badId) is { } unreadable)
        {
            return unreadable;
        }

        var (request, incomplete) = ProvisionRequest.Read(body);
        if (request is null)
        {
            return incomplete!;
        }

        if (catalog.RefusalOf(request.ServiceId, request.PlanId, out var plan) is { } unknown)
        {
            return unknown;
        }

        var asynchronous = BrokerRequests.AcceptsIncomplete(context);
        if (plan.AsynchronousOnly && !asynchronous)
        {
            return BrokerAnswer.AsyncRequired();
        }

        var (parameters, fault) = ParameterReader.Read(ParameterSchemas.Provision, request.Parameters);
        var wanted = parameters is null ? null : New(id, request, parameters, plan, asynchronous);
        while (true)
        {
            var existing = await instances.GetAsync(id, context.RequestAborted);
            if (existing is not null && !existing.IsOver())
            {
                return await RepeatAsync(existing, wanted, asynchronous, context.RequestAborted);
            }

            if (await RefusalAsync(request, wanted, fault, plan, context.RequestAborted) is { } refusal)
            {
                return refusal;
            }

            if (await BeginAsync(context, wanted!, existing, asynchronous) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <summary>The id is taken: by the same request, which is then answered as the first one is, or by another one.</summary>
    private async Task<BrokerAnswer> RepeatAsync(
        ServiceInstanceDocument existing, ServiceInstanceDocument? wanted, bool asynchronous, CancellationToken cancellationToken)
    {
        if (existing.State == ServiceInstanceState.Deprovisioning && existing.IsRunning())
        {
            return BrokerAnswer.ConcurrencyError();
        }

        if (wanted is null || !IsSame(existing, wanted))
        {
            return BrokerAnswer.Conflict("A service instance of this id exists, with other attributes.");
        }

        if (existing.State == ServiceInstanceState.Active)
        {
            return BrokerAnswer.Done();
        }

        if (existing.State == ServiceInstanceState.Deprovisioning)
        {
            return BrokerAnswer.Conflict("The service instance of this id is half deleted: delete it again.");
        }

        using var wait = operations.Arm(existing.Operation.Id);

        // One that may be told to poll sees to it that the end will be found, however the first one asked.
        var (current, _) = await instances.ChangeAsync(
            existing.Id, one => asynchronous && !one.Asynchronous && one.Runs(existing.Operation.Id) ? one with { Asynchronous = true } : null, cancellationToken);
        if (current is not null && current.Runs(existing.Operation.Id))
        {
            return await AnswerAsync(existing.Operation.Id, wait, asynchronous, BrokerAnswer.Done(), cancellationToken);
        }

        return current is { State: ServiceInstanceState.Active } ? BrokerAnswer.Done() : OperationAnswers.Failed(current?.Operation ?? existing.Operation);
    }

    /// <summary>Why a new instance cannot be; null where it can.</summary>
    private async Task<BrokerAnswer?> RefusalAsync(
        ProvisionRequest request, ServiceInstanceDocument? wanted, string? fault, PlanOptions plan, CancellationToken cancellationToken)
    {
        if (wanted is null)
        {
            return BrokerAnswer.BadRequest(fault!);
        }

        if (pools.Known(plan.Pool) is not { } pool)
        {
            return BrokerAnswer.Unavailable($"The plan's pool, {plan.Pool}, does not exist yet.");
        }

        return PortPolicies.FaultOf(wanted.Parameters, wanted.Protocol, plan, pool) is { } rule ? BrokerAnswer.BadRequest(rule)
            : BrokerRequests.MaintenanceConflict(request.MaintenanceVersion, plan)
            ?? await pools.RefusalOfAsync(pool, wanted, cancellationToken)
            ?? (operations.IsBusUp ? null : BrokerAnswer.Unavailable("The bus between Harbor's parts cannot be reached at the moment. Try again."));
    }

    /// <summary>Stores the instance with its operation, and only then lets anybody hear of it. Null: the id was taken in between.</summary>
    private async Task<BrokerAnswer?> BeginAsync(HttpContext context, ServiceInstanceDocument wanted, ServiceInstanceDocument? remembered, bool asynchronous)
    {
        if (!organizations.TryTake(wanted.OrganizationGuid, wanted.Id))
        {
            return BrokerAnswer.BadRequest(organizations.Refusal);
        }

        using var wait = operations.Arm(wanted.Operation.Id);
        var created = await CreateAsync(wanted, remembered);
        if (created is null)
        {
            return null;
        }

        if (!await organizations.FitsAsync(created, organizations.Patience, CancellationToken.None) && await TryWithdrawAsync(created, remembered))
        {
            return BrokerAnswer.BadRequest(organizations.Refusal);
        }

        audit.Instance(BrokerCall.Of(context), "provision", wanted.Id, wanted.Operation.Id, null, ParameterReader.TextOf(wanted.Parameters));
        if (!await operations.SendAsync(created.Provision(catalog)) && !asynchronous)
        {
            return await AbandonAsync(created);
        }

        var answer = await AnswerAsync(created.Operation.Id, wait, asynchronous, BrokerAnswer.Created([]), context.RequestAborted);
        if (answer.Status == StatusCodes.Status400BadRequest)
        {
            await ForgetAsync(wanted, remembered);
        }

        return answer;
    }

    /// <summary>
    /// Other gateways have filled the organization at the same moment: the store is left as it was. False where the sweep has found a place for it meanwhile, and it goes on.
    /// </summary>
    private async Task<bool> TryWithdrawAsync(ServiceInstanceDocument created, ServiceInstanceDocument? remembered)
    {
        if (!await TryRestoreAsync(created, remembered)
            && await instances.GetAsync(created.Id, CancellationToken.None) is { } current && current.Operation.Id == created.Operation.Id && !current.IsOver())
        {
            return false;
        }

        organizations.GiveBack(created.OrganizationGuid, created.Id);
        return true;
    }

    private async Task<bool> TryRestoreAsync(ServiceInstanceDocument created, ServiceInstanceDocument? remembered) => remembered is null
        ? await instances.DeleteAsync(created, CancellationToken.None) is WriteOutcome.Written
        : await instances.ReplaceAsync(remembered with { Version = created.Version }, CancellationToken.None) is not null;

    private async Task<ServiceInstanceDocument?> CreateAsync(ServiceInstanceDocument wanted, ServiceInstanceDocument? remembered)
    {
        ServiceInstanceDocument? created = null;
        try
        {
            return created = await instances.CreateAsync(wanted.Following(remembered, operations.Now), remembered, CancellationToken.None);
        }
        finally
        {
            if (created is null)
            {
                organizations.GiveBackUnlessKnown(wanted.OrganizationGuid, wanted.Id);
            }
        }
    }

    private async Task<BrokerAnswer> AnswerAsync(
        string operationId, OperationWaits.Armed wait, bool asynchronous, BrokerAnswer success, CancellationToken cancellationToken)
        => await operations.EndAsync(wait, asynchronous, cancellationToken) switch
        {
            { State: OperationState.Succeeded } => success,
            { } failed => OperationAnswers.Failed(failed),
            null when asynchronous => BrokerAnswer.Accepted(operationId),
            null => BrokerAnswer.Unavailable("The service instance is not made yet, which takes longer than the platform waits. Delete it, or ask again."),
        };

    /// <summary>The platform waits, and nobody can begin: it must not come to life after the platform was told that it failed.</summary>
    private async Task<BrokerAnswer> AbandonAsync(ServiceInstanceDocument created)
    {
        await instances.ChangeAsync(
            created.Id,
            current => current.ProvisionFailed(created.Operation.Id, OperationFailure.TimedOut, "The bus could not be reached.", operations.Now, operations.ForgetAfter),
            CancellationToken.None);
        return BrokerAnswer.Unavailable("The bus between Harbor's parts cannot be reached at the moment. Try again.");
    }

    /// <summary>A request that was refused leaves the store as it was, unless another one for the same was told to poll.</summary>
    private async Task ForgetAsync(ServiceInstanceDocument wanted, ServiceInstanceDocument? remembered)
    {
        if (await instances.GetAsync(wanted.Id, CancellationToken.None) is { State: ServiceInstanceState.Failed } failed && failed.Operation.Id == wanted.Operation.Id
            && failed.Asynchronous == wanted.Asynchronous)
        {
            await TryRestoreAsync(failed, remembered);
        }
    }

    /// <summary>Whether both ask for the same. The context is not compared: names and annotations change.</summary>
    private static bool IsSame(ServiceInstanceDocument existing, ServiceInstanceDocument wanted)
        => existing.ServiceId == wanted.ServiceId
            && existing.PlanId == wanted.PlanId
            && existing.OrganizationGuid == wanted.OrganizationGuid
            && existing.SpaceGuid == wanted.SpaceGuid
            && ParameterReader.Same(existing.Parameters, wanted.Parameters);

    private ServiceInstanceDocument New(string id, ProvisionRequest request, PortParameters parameters, PlanOptions plan, bool asynchronous) => new()
    {
        Id = id,
        ServiceId = request.ServiceId,
        PlanId = request.PlanId,
        OrganizationGuid = request.OrganizationGuid,
        SpaceGuid = request.SpaceGuid,
        Pool = plan.Pool,
        Protocol = parameters.Protocol ?? ParameterReader.ProtocolByName(request.InstanceName),
        Parameters = parameters,
        Context = request.Context?.GetRawText(),
        MaintenanceVersion = plan.MaintenanceVersion,
        State = ServiceInstanceState.Provisioning,
        CreatedAt = operations.Now,
        Operation = operations.New(OperationKind.Provision, asynchronous),
        Asynchronous = asynchronous,
    };
}
