using Harbor.Contracts.Bindings;
using Harbor.Gateway.Bindings;
using Harbor.State.Ports;
using Harbor.State.Services;

namespace Harbor.Gateway.Orphans;

/// <summary>Puts applications behind their ports again where a binding says that they are there, and the port does not.</summary>
internal sealed partial class LostBindings(Holdings holdings, ServiceBindings bindings, PortBindings ports, ILogger<LostBindings> logger)
{
    public async Task RepairAsync(
        IReadOnlyDictionary<string, PortDocument> held, IReadOnlyDictionary<string, BindingDocument> known, CancellationToken cancellationToken)
    {
        foreach (var binding in known.Values)
        {
            if (IsBound(binding) && held.TryGetValue(binding.ServiceInstanceId, out var port) && port.Life == binding.Life && !port.Carries(binding))
            {
                await RepairAsync(binding.Id, port, cancellationToken);
            }
        }
    }

    /// <summary>Active before and after the port did not know it, with nothing in between: so it is not an unbind that is about to be seen whole.</summary>
    private async Task RepairAsync(string id, PortDocument seen, CancellationToken cancellationToken)
    {
        if (await holdings.BindingAsync(id, cancellationToken) is not { } binding || !IsBound(binding)
            || await holdings.PortAsync(seen.Pool, seen.Port, cancellationToken) is not { State: PortState.Active } port
            || port.ServiceInstanceId != binding.ServiceInstanceId || port.Life != binding.Life || port.Carries(binding)
            || (await holdings.BindingAsync(id, cancellationToken))?.Version != binding.Version)
        {
            return;
        }

        Log.Lost(logger, binding.Id, binding.AppGuid!, port.Port, port.Pool, binding.ServiceInstanceId);
        var command = new BindApp
        {
            BindingId = binding.Id,
            ServiceInstanceId = binding.ServiceInstanceId,
            Life = binding.Life,
            BindingLife = binding.OwnLife,
            AppGuid = binding.AppGuid!,
            IntPort = binding.IntPort,
        };
        if (await ports.BindAsync(command, cancellationToken) is ({ } bound, _) && bound.IntPort != binding.IntPort)
        {
            Log.Moved(logger, binding.Id, binding.AppGuid!, binding.ServiceInstanceId, binding.IntPort, bound.IntPort);
            await bindings.ChangeAsync(binding, one => IsBound(one) && one.Life == binding.Life ? one with { IntPort = bound.IntPort } : null, cancellationToken);
        }
    }

    private static bool IsBound(BindingDocument binding) => binding is { State: BindingState.Active, AppGuid: not null };

    private static partial class Log
    {
        [LoggerMessage(1825, LogLevel.Warning, "{BindingId} binds {AppGuid} to {ServiceInstanceId}, whose port {ExternalPort} of pool {Pool} does not know it; it is bound again.")]
        public static partial void Lost(ILogger logger, string bindingId, string appGuid, int externalPort, string pool, string serviceInstanceId);

        [LoggerMessage(1826, LogLevel.Error, "{BindingId} of {AppGuid} to {ServiceInstanceId} had the number {Told}, which another has now; it is {IntPort} from now on. Bind and restart the application anew.")]
        public static partial void Moved(ILogger logger, string bindingId, string appGuid, string serviceInstanceId, int? told, int intPort);
    }
}
