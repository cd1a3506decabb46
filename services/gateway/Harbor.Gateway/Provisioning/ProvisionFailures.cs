using Harbor.Gateway.Instances;
using Harbor.State.Services;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Provisioning;

/// <summary>Writes the failure of a provision into the instance's document, unless something else has ended it.</summary>
internal sealed partial class ProvisionFailures(
    ServiceInstances instances, IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time, ILogger<ProvisionFailures> logger)
{
    public async Task<ProvisionEnd> FailAsync(ProvisionPortState saga, OperationFailure failure, string description, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (instance, changed) = await instances.ChangeAsync(
            saga.ServiceInstanceId,
            current => current.ProvisionFailed(saga.OperationId, failure, description, now, options.Value.Broker.ForgetAfter),
            cancellationToken);
        if (changed)
        {
            Log.Failed(logger, saga.ServiceInstanceId, saga.OperationId, saga.Pool, saga.Port ?? saga.RequestedPort, description);
            metrics.Ended(instance!.Operation);
        }

        return instance.EndOf(saga.Life);
    }

    private static partial class Log
    {
        [LoggerMessage(1130, LogLevel.Warning, "Provision of {ServiceInstanceId} in pool {Pool} (port {ExternalPort}) failed in operation {OperationId}: {Reason}")]
        public static partial void Failed(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort, string reason);
    }
}
