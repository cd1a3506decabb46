using Harbor.Gateway.Auditing;
using Harbor.Gateway.Broker;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Instances;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Bindings;

/// <summary>Starts binds and unbinds for requests, and drives them while the request waits. What a request leaves unfinished the sweep drives on.</summary>
internal sealed class BindingRunner(
    ServiceBindings bindings, ServiceInstances instances, BindingDriver driver, OperationRunner operations, AuditTrail audit, IOptions<GatewayOptions> options, TimeProvider time)
{
    private BrokerOptions Broker => options.Value.Broker;

    public BindingDocument New(ServiceInstanceDocument instance, string bindingId, BindRequest request, bool asynchronous) => new()
    {
        Id = bindingId,
        ServiceInstanceId = instance.Id,
        Life = instance.Life,
        ServiceId = request.ServiceId!,
        PlanId = request.PlanId!,
        AppGuid = request.AppGuid,
        PredecessorId = request.PredecessorId,
        State = BindingState.Creating,
        CreatedAt = operations.Now,
        Operation = operations.New(OperationKind.Bind, asynchronous),
        Asynchronous = asynchronous,
    };

    /// <summary>Stores the binding before anything is done for it. Null: the id, or the instance, is not what it was when it was read.</summary>
    public async Task<BindingDocument?> BeginAsync(BrokerCall call, BindingDocument wanted, BindingDocument? remembered)
    {
        // A service key needs nothing of the node: it is finished as it is stored.
        var stored = wanted.AppGuid is null ? wanted.Bound(wanted.Operation.Id, null, operations.Now)! : wanted;
        if (await bindings.CreateAsync(stored.Following(remembered, operations.Now), remembered, CancellationToken.None) is not { } created)
        {
            return null;
        }

        // A delete of the instance looks for bindings after it has changed the instance: so one of the two sees the other, in whatever order.
        if (await instances.GetAsync(wanted.ServiceInstanceId, CancellationToken.None) is not { State: ServiceInstanceState.Active } instance || instance.Life != wanted.Life)
        {
            await bindings.DeleteAsync(created, CancellationToken.None);
            return null;
        }

        audit.Binding(call, wanted.PredecessorId is null ? "bind" : "rotate", created, wanted.Operation.Id, comes: true);
        return created;
    }

    /// <summary>Null: the binding is not what it was when it was read.</summary>
    public async Task<BindingDocument?> BeginUnbindAsync(BrokerCall call, BindingDocument binding, bool asynchronous)
    {
        var operation = operations.New(OperationKind.Unbind, asynchronous);
        var removing = await bindings.ReplaceAsync(binding.Unbinding(operation, operations.Now) with { Asynchronous = asynchronous }, CancellationToken.None);
        if (removing is not null)
        {
            audit.Binding(call, "unbind", binding, operation.Id, comes: false);
        }

        return removing;
    }

    /// <summary>
    /// A request for what runs already. One that may be told to poll sees to it that the end will be found, however the first one asked. Null: the binding is
    /// not what it was when it was read.
    /// </summary>
    public async Task<BindingDocument?> JoinAsync(BindingDocument running, bool asynchronous)
        => asynchronous && !running.Asynchronous ? await bindings.ReplaceAsync(running with { Asynchronous = true }, CancellationToken.None) : running;

    /// <summary>
    /// Drives the binding for as long as the platform waits. The binding as it is then; null where it is gone. Of a bind that the platform waited for
    /// in vain nothing stays.
    /// </summary>
    public async Task<BindingDocument?> EndAsync(BindingDocument binding, bool asynchronous, CancellationToken cancellationToken)
    {
        var work = DriveAsync(binding);
        if (asynchronous)
        {
            try
            {
                return await work.WaitAsync(Broker.Moment, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return binding;
            }
        }

        var end = await work.WaitAsync(cancellationToken);
        return end is { State: BindingState.Creating } && end.Operation.Id == binding.Operation.Id
            ? await driver.FailAsync(end, OperationFailure.TimedOut, "The binding could not be made in time.", CancellationToken.None)
            : end;
    }

    /// <summary>Not tied to the request: what is accepted goes on when the platform has hung up. Its failure is the waiting request's, or the sweep's to repeat.</summary>
    private async Task<BindingDocument?> DriveAsync(BindingDocument binding)
    {
        if (binding.State is BindingState.Active or BindingState.Removed)
        {
            return binding;
        }

        return await driver.DriveAsync(binding, CancellationToken.None);
    }
}
