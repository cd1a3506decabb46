using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Instances;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Updating;

/// <summary>Ends updates, whole or not at all. An update is one command and its answer, so it needs no saga: its state is the instance's document.</summary>
internal sealed partial class InstanceUpdates(
    ServiceInstances instances,
    OperationRunner operations,
    PlanCatalog catalog,
    IOptions<GatewayOptions> options,
    GatewayMetrics metrics,
    ILogger<InstanceUpdates> logger)
{
    /// <param name="serviceInstanceId">Whose port it is.</param>
    /// <param name="revision">Of the policy that the port follows now.</param>
    public async Task CompleteAsync(string serviceInstanceId, long revision, CancellationToken cancellationToken)
    {
        var (instance, updated) = await instances.ChangeAsync(serviceInstanceId, one => one.Updated(revision, operations.Now), cancellationToken);
        if (updated)
        {
            Log.Updated(logger, serviceInstanceId, instance!.Operation.Id, instance.Pool, instance.Port);
            metrics.Ended(instance.Operation);
        }
        else if (instance?.RollBackDueAt is not null)
        {
            await instances.ChangeAsync(serviceInstanceId, one => one.RolledBack(revision), cancellationToken);
        }
    }

    /// <summary>There is no port to follow, and so none to roll back either.</summary>
    public async Task RefuseAsync(string serviceInstanceId, string operationId, string description, CancellationToken cancellationToken)
    {
        var (instance, refused) = await instances.ChangeAsync(
            serviceInstanceId, one => one.UpdateFailed(operationId, OperationFailure.Refused, description, operations.Now), cancellationToken);
        if (refused)
        {
            Failed(instance!);
        }
        else if (instance?.RollBackDueAt is not null && instance.Operation.Id == operationId)
        {
            var revision = instance.PolicyRevision;
            await instances.ChangeAsync(serviceInstanceId, one => one.RolledBack(revision), cancellationToken);
        }
    }

    /// <summary>Nobody knows what became of the command: it is sent again, until its deadline.</summary>
    public Task ResumeAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
        => instance.Operation.Deadline <= operations.Now
            ? ExpireAsync(instance, cancellationToken)
            : operations.SendAsync(instance.ChangePolicy(instance.Update!.Parameters, catalog));

    /// <summary>Nor of the roll-back: it is sent again for as long as it takes, hence with pauses. Of several gateways one sends it.</summary>
    public async Task RollBackAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
    {
        if (await instances.ReplaceAsync(instance with { RollBackDueAt = operations.Now + options.Value.Broker.LongestResend }, cancellationToken) is { } due)
        {
            await operations.SendAsync(due.ChangePolicy(due.Parameters, catalog));
        }
    }

    private async Task ExpireAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
    {
        var (expired, changed) = await instances.ChangeAsync(
            instance.Id, one => one.UpdateTimedOut(instance.Operation.Id, "The port could not be changed in time.", operations.Now), cancellationToken);
        if (changed)
        {
            Failed(expired!);
            await operations.SendAsync(expired!.ChangePolicy(expired!.Parameters, catalog));
        }
    }

    private void Failed(ServiceInstanceDocument instance)
    {
        Log.Failed(logger, instance.Id, instance.Operation.Id, instance.Pool, instance.Port, instance.Operation.Description!);
        metrics.Ended(instance.Operation);
    }

    private static partial class Log
    {
        [LoggerMessage(1700, LogLevel.Information, "{ServiceInstanceId} on port {ExternalPort} of pool {Pool} is updated: operation {OperationId} succeeded.")]
        public static partial void Updated(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort);

        [LoggerMessage(1701, LogLevel.Warning, "Update of {ServiceInstanceId} on port {ExternalPort} of pool {Pool} failed in operation {OperationId}: {Reason}")]
        public static partial void Failed(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort, string reason);
    }
}
