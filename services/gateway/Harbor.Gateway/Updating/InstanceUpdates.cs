using Harbor.Gateway.Broker.Catalog;
using Harbor.Gateway.Instances;
using Harbor.State.Services;

namespace Harbor.Gateway.Updating;

/// <summary>Ends updates, whole or not at all. An update is one command and its answer, so it needs no saga: its state is the instance's document.</summary>
internal sealed partial class InstanceUpdates(
    ServiceInstances instances, OperationRunner operations, PlanCatalog catalog, GatewayMetrics metrics, ILogger<InstanceUpdates> logger)
{
    public async Task CompleteAsync(string serviceInstanceId, string operationId, CancellationToken cancellationToken)
    {
        var (instance, changed) = await instances.ChangeAsync(serviceInstanceId, one => one.Updated(operationId, operations.Now), cancellationToken);
        if (changed)
        {
            Log.Updated(logger, serviceInstanceId, operationId, instance!.Pool, instance.Port);
            metrics.Ended(instance.Operation);
        }
    }

    public async Task FailAsync(string serviceInstanceId, string operationId, OperationFailure failure, string description, CancellationToken cancellationToken)
    {
        var (instance, changed) = await instances.ChangeAsync(
            serviceInstanceId, one => one.UpdateFailed(operationId, failure, description, operations.Now), cancellationToken);
        if (changed)
        {
            Log.Failed(logger, serviceInstanceId, operationId, instance!.Pool, instance.Port, description);
            metrics.Ended(instance.Operation);

            // The command may still be carried out: another one after it puts back what the platform was told stayed.
            await operations.SendAsync(instance.ChangePolicy(instance.Parameters, catalog));
        }
    }

    /// <summary>Nobody knows what became of the command: it is sent again, until its deadline.</summary>
    public Task ResumeAsync(ServiceInstanceDocument instance, CancellationToken cancellationToken)
        => instance.Operation.Deadline <= operations.Now
            ? FailAsync(instance.Id, instance.Operation.Id, OperationFailure.TimedOut, "The port could not be changed in time.", cancellationToken)
            : operations.SendAsync(instance.ChangePolicy(instance.Update!.Parameters, catalog));

    private static partial class Log
    {
        [LoggerMessage(1700, LogLevel.Information, "{ServiceInstanceId} on port {ExternalPort} of pool {Pool} is updated: operation {OperationId} succeeded.")]
        public static partial void Updated(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort);

        [LoggerMessage(1701, LogLevel.Warning, "Update of {ServiceInstanceId} on port {ExternalPort} of pool {Pool} failed in operation {OperationId}: {Reason}")]
        public static partial void Failed(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort, string reason);
    }
}
