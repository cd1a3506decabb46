using Harbor.Gateway.Instances;

namespace Harbor.Gateway.Provisioning;

/// <summary>The port is open everywhere: the instance becomes active, if it still wants to.</summary>
internal sealed partial class CompleteProvisionActivity(
    ServiceInstances instances, GatewayMetrics metrics, TimeProvider time, ILogger<CompleteProvisionActivity> logger) : ProvisionEndActivity
{
    protected override async Task<ProvisionEnd> EndAsync(ProvisionPortState saga, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (instance, changed) = await instances.ChangeAsync(
            saga.ServiceInstanceId, current => current.Provisioned(saga.OperationId, saga.Port!.Value, now), cancellationToken);
        if (changed)
        {
            Log.Provisioned(logger, saga.ServiceInstanceId, saga.OperationId, saga.Pool, saga.Port!.Value);
            metrics.Ended(instance!.Operation);
        }

        // Active without a change: this message is delivered again, because the saga could not be saved the first time.
        return instance.EndOf(saga.Life);
    }

    private static partial class Log
    {
        [LoggerMessage(1120, LogLevel.Information, "{ServiceInstanceId} is active on port {ExternalPort} of pool {Pool}: operation {OperationId} succeeded.")]
        public static partial void Provisioned(ILogger logger, string serviceInstanceId, string operationId, string pool, int externalPort);
    }
}
