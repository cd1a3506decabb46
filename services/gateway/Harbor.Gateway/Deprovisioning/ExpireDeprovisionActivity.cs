using Harbor.Gateway.Instances;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>The deadline has passed: the delete failed, and can be repeated.</summary>
internal sealed partial class ExpireDeprovisionActivity(
    ServiceInstances instances, GatewayMetrics metrics, TimeProvider time, ILogger<ExpireDeprovisionActivity> logger) : DeprovisionActivity
{
    protected override async Task EndAsync(ReleasePortState saga, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (instance, changed) = await instances.ChangeAsync(
            saga.ServiceInstanceId,
            current => current.DeprovisionFailed(saga.OperationId, "The port could not be released in time. Delete the service instance again.", now),
            cancellationToken);
        if (changed)
        {
            Log.Failed(logger, saga.ServiceInstanceId, saga.OperationId, saga.Pool, saga.Port);
            metrics.Ended(instance!.Operation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1220, LogLevel.Warning, "Deprovision of {ServiceInstanceId} in pool {Pool} (port {ExternalPort}) failed in operation {OperationId}: its deadline passed.")]
        public static partial void Failed(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort);
    }
}
