using System.Text.Json;
using System.Text.Json.Nodes;
using Harbor.Gateway.Bindings;
using Harbor.Gateway.Broker.Http;
using Harbor.Gateway.Instances;
using Harbor.Gateway.Pools;
using Harbor.State.Services;

namespace Harbor.Gateway.Broker;

/// <summary>GET of a service instance and of a binding.</summary>
internal sealed class FetchEndpoint(ServiceInstances instances, ServiceBindings bindings, PoolDirectory pools)
{
    public async Task<BrokerAnswer> InstanceAsync(HttpContext context)
    {
        var (id, _, badId) = BrokerRequests.Ids(context);
        if (badId is not null)
        {
            return badId;
        }

        var instance = await instances.GetAsync(id, context.RequestAborted);
        return instance switch
        {
            { State: ServiceInstanceState.Active } when instance.IsRunning() => BrokerAnswer.ConcurrencyError(),
            { State: ServiceInstanceState.Active } => BrokerAnswer.Ok(Show(instance)),
            _ => BrokerAnswer.NotFound("There is no service instance of this id, or it is not finished."),
        };
    }

    public async Task<BrokerAnswer> BindingAsync(HttpContext context)
    {
        var (instanceId, bindingId, badId) = BrokerRequests.Ids(context);
        if (badId is not null)
        {
            return badId;
        }

        var binding = await bindings.GetAsync(bindingId, context.RequestAborted);
        if (binding is not { State: BindingState.Active } || binding.ServiceInstanceId != instanceId
            || await instances.GetAsync(instanceId, context.RequestAborted) is not { State: ServiceInstanceState.Active } instance)
        {
            return BrokerAnswer.NotFound("There is no binding of this id, or it is not finished.");
        }

        return await pools.FindAsync(instance.Pool, context.RequestAborted) is { } pool
            ? BrokerAnswer.Ok(BindingCredentials.Show(instance, binding, pool))
            : BrokerAnswer.Unavailable($"The pool {instance.Pool} cannot be found at the moment.");
    }

    private static JsonObject Show(ServiceInstanceDocument instance)
    {
        var body = new JsonObject
        {
            ["service_id"] = instance.ServiceId,
            ["plan_id"] = instance.PlanId,
            ["parameters"] = JsonSerializer.SerializeToNode(instance.Parameters, ServicesJson.Default.PortParameters),
        };
        if (instance.MaintenanceVersion is { } version)
        {
            body["maintenance_info"] = new JsonObject { ["version"] = version };
        }

        return body;
    }
}
