using Harbor.Contracts.Bindings;
using Harbor.Gateway.Broker;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Bindings;

/// <summary>
/// Brings a stored binding to where its document wants it: bound, or gone without a trace. Driven by the request that stored it, and by the sweep where
/// that ended too early; both at once do no harm, since the node's commands are idempotent and the document changes by compare-and-swap.
/// </summary>
internal sealed partial class BindingDriver(
    ServiceBindings bindings, PortBindings ports, IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time, ILogger<BindingDriver> logger)
{
    private BrokerOptions Broker => options.Value.Broker;

    /// <summary>One step. The binding as it is then; null where it is gone.</summary>
    public Task<BindingDocument?> DriveAsync(BindingDocument binding, CancellationToken cancellationToken) => binding.State switch
    {
        BindingState.Creating when binding.Operation.Deadline <= time.GetUtcNow()
            => FailAsync(binding, OperationFailure.TimedOut, "The binding could not be made in time.", cancellationToken),
        BindingState.Creating => BindAsync(binding, cancellationToken),
        BindingState.Removing => UnbindAsync(binding, cancellationToken),
        _ => Task.FromResult<BindingDocument?>(binding),
    };

    /// <summary>The binding is given up; what the port may know of it is taken back.</summary>
    public async Task<BindingDocument?> FailAsync(BindingDocument binding, OperationFailure failure, string description, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (current, changed) = await bindings.ChangeAsync(binding, one => one.BindFailed(binding.Operation.Id, failure, description, now), cancellationToken);
        if (!changed)
        {
            return current;
        }

        Log.BindFailed(logger, binding.Id, binding.ServiceInstanceId, binding.AppGuid, binding.Operation.Id, description);
        metrics.Ended(current!.Operation);

        // A node that did not answer the bind would not answer the unbind in time either: the sweep sees to it.
        return failure == OperationFailure.TimedOut ? current : await UnbindAsync(current, cancellationToken) ?? current;
    }

    private async Task<BindingDocument?> BindAsync(BindingDocument binding, CancellationToken cancellationToken)
    {
        int? intPort = null;
        if (binding.AppGuid is { } app)
        {
            var command = new BindApp { BindingId = binding.Id, ServiceInstanceId = binding.ServiceInstanceId, Life = binding.Life, BindingLife = binding.OwnLife, AppGuid = app };
            switch (await ports.BindAsync(command, cancellationToken))
            {
                case null:
                    return binding;
                case (null, { } refused):
                    return await FailAsync(binding, OperationFailure.Refused, refused.Description, cancellationToken);
                case ({ } bound, _):
                    intPort = bound.IntPort;
                    break;
            }
        }

        var (current, changed) = await bindings.ChangeAsync(binding, one => one.Bound(binding.Operation.Id, intPort, time.GetUtcNow()), cancellationToken);
        if (changed)
        {
            Log.Bound(logger, binding.Id, binding.ServiceInstanceId, binding.AppGuid, intPort, binding.Operation.Id);
            metrics.Ended(current!.Operation);
        }
        else if (current is null or { State: BindingState.Removing or BindingState.Removed } && binding.AppGuid is not null)
        {
            // Given up while the node was at it: it may have bound after it was told to unbind.
            await ports.UnbindAsync(binding.Unbind(), cancellationToken);
        }

        return current;
    }

    private async Task<BindingDocument?> UnbindAsync(BindingDocument binding, CancellationToken cancellationToken)
    {
        if (binding.AppGuid is not null && !await ports.UnbindAsync(binding.Unbind(), cancellationToken))
        {
            return await GiveUpAsync(binding, cancellationToken);
        }

        // Somebody who may poll may have joined, or the operation may have ended, since it was read.
        var current = (BindingDocument?)binding;
        while (current is { State: BindingState.Removing } && current.Operation.Id == binding.Operation.Id)
        {
            var removed = current.Asynchronous ? await bindings.ReplaceAsync(current.Removed(time.GetUtcNow(), Broker.ForgetAfter), cancellationToken) : null;
            if (removed is not null || (!current.Asynchronous && await bindings.DeleteAsync(current, cancellationToken)))
            {
                Ended(binding);
                return removed;
            }

            current = await bindings.GetAsync(binding.Id, cancellationToken);
        }

        return current;
    }

    /// <summary>Past its deadline an unbind is failed, so that the platform may stop waiting; it is tried again all the same.</summary>
    private async Task<BindingDocument?> GiveUpAsync(BindingDocument binding, CancellationToken cancellationToken)
    {
        if (!binding.IsRunning() || binding.Operation.Deadline > time.GetUtcNow())
        {
            return binding;
        }

        var (current, _) = await bindings.ChangeAsync(
            binding, one => one.UnbindFailed(binding.Operation.Id, "The binding could not be removed in time.", time.GetUtcNow()), cancellationToken);
        return current;
    }

    private void Ended(BindingDocument binding)
    {
        Log.Unbound(logger, binding.Id, binding.ServiceInstanceId, binding.AppGuid, binding.Operation.Id);
        if (binding.Operation.Kind == OperationKind.Unbind)
        {
            metrics.Ended(binding.Removed(time.GetUtcNow(), default).Operation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1300, LogLevel.Information, "{BindingId} binds {AppGuid} to {ServiceInstanceId}, listening on {IntPort}: operation {OperationId} succeeded.")]
        public static partial void Bound(ILogger logger, string bindingId, string serviceInstanceId, string? appGuid, int? intPort, string operationId);

        [LoggerMessage(1301, LogLevel.Warning, "{BindingId} of {AppGuid} to {ServiceInstanceId} failed in operation {OperationId}: {Reason}")]
        public static partial void BindFailed(ILogger logger, string bindingId, string serviceInstanceId, string? appGuid, string operationId, string reason);

        [LoggerMessage(1302, LogLevel.Information, "{BindingId} of {AppGuid} to {ServiceInstanceId} is gone: operation {OperationId}.")]
        public static partial void Unbound(ILogger logger, string bindingId, string serviceInstanceId, string? appGuid, string operationId);
    }
}
