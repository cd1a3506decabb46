using Harbor.Contracts.Bindings;
using Harbor.Gateway.Bindings;
using Harbor.Gateway.Instances;
using Harbor.State.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Orphans;

/// <summary>Removes bindings of instances that are gone, and applications behind ports that no binding put there.</summary>
internal sealed partial class OrphanBindings(Holdings holdings, ServiceBindings bindings, OperationRunner operations, ILogger<OrphanBindings> logger)
{
    public async Task RemoveAsync(
        IReadOnlyDictionary<string, PortDocument> held, IReadOnlyDictionary<string, BindingDocument> known, CancellationToken cancellationToken)
    {
        foreach (var binding in known.Values.Where(binding => binding.State == BindingState.Active))
        {
            await RemoveAsync(binding, cancellationToken);
        }

        foreach (var port in held.Values)
        {
            foreach (var app in port.Apps)
            {
                foreach (var id in app.BindingIds.Where(id => !known.GetValueOrDefault(id).Owns(port, app.AppGuid)))
                {
                    await RemoveAsync(port, app.AppGuid, id, cancellationToken);
                }
            }
        }
    }

    /// <summary>What is not active is driven, and goes, without this. A life that is over stays so, hence one look is enough.</summary>
    private async Task RemoveAsync(BindingDocument binding, CancellationToken cancellationToken)
    {
        if (!holdings.Find(binding.ServiceInstanceId).Owns(binding)
            && !(await holdings.InstanceAsync(binding.ServiceInstanceId, cancellationToken)).Owns(binding)
            && await bindings.DeleteAsync(binding, cancellationToken))
        {
            Log.Orphan(logger, binding.Id, binding.AppGuid, binding.ServiceInstanceId, binding.Life);
        }
    }

    /// <summary>The port was read before; a binding is stored before the port hears of it.</summary>
    private async Task RemoveAsync(PortDocument port, string appGuid, string bindingId, CancellationToken cancellationToken)
    {
        if (!(await holdings.BindingAsync(bindingId, cancellationToken)).Owns(port, appGuid))
        {
            Log.Unowned(logger, appGuid, port.Port, port.Pool, port.ServiceInstanceId, bindingId);
            await operations.SendAsync(new UnbindApp
            {
                BindingId = bindingId,
                ServiceInstanceId = port.ServiceInstanceId,
                Life = port.Life,
                BindingLife = port.Bindings.FirstOrDefault(binding => binding.BindingId == bindingId)?.Life,
            });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1823, LogLevel.Warning, "{BindingId} binds {AppGuid} to {ServiceInstanceId}, life {Life}, which no longer exists; it is removed.")]
        public static partial void Orphan(ILogger logger, string bindingId, string? appGuid, string serviceInstanceId, long life);

        [LoggerMessage(1824, LogLevel.Warning, "{AppGuid} stands behind port {ExternalPort} of pool {Pool} ({ServiceInstanceId}) by {BindingId}, which does not exist; it is taken away.")]
        public static partial void Unowned(ILogger logger, string appGuid, int externalPort, string pool, string serviceInstanceId, string bindingId);
    }
}
