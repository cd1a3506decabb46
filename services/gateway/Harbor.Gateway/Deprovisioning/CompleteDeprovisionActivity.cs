using Harbor.Gateway.Bindings;
using Harbor.Gateway.Instances;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Deprovisioning;

/// <summary>The port is given up: the bindings go, then the instance. In this order, so that an interruption leaves a delete to be finished and no orphan.</summary>
internal sealed partial class CompleteDeprovisionActivity(
    ServiceInstances instances,
    ServiceBindings bindings,
    IOptions<GatewayOptions> options,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<CompleteDeprovisionActivity> logger) : DeprovisionActivity
{
    protected override async Task EndAsync(ReleasePortState saga, CancellationToken cancellationToken)
    {
        await bindings.DeleteOfInstanceAsync(saga.ServiceInstanceId, saga.Life, cancellationToken);
        var now = time.GetUtcNow();
        var (instance, changed) = await instances.ChangeAsync(
            saga.ServiceInstanceId, current => current.Deprovisioned(saga.OperationId, now, options.Value.Broker.ForgetAfter), cancellationToken);
        if (changed)
        {
            Log.Deprovisioned(logger, saga.ServiceInstanceId, saga.OperationId, saga.Pool, saga.Port);
            metrics.Ended(instance!.Operation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1210, LogLevel.Information, "{ServiceInstanceId} is deleted, port {ExternalPort} of pool {Pool} is free: operation {OperationId} succeeded.")]
        public static partial void Deprovisioned(ILogger logger, string serviceInstanceId, string operationId, string pool, int? externalPort);
    }
}
