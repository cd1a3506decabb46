using Harbor.Contracts.Bindings;
using Harbor.Node.Routes;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Allocation;

/// <summary>Puts applications behind ports, and takes them away.</summary>
internal sealed partial class AppBinder(IDocuments<PortDocument> ports, IntPorts intPorts, RouteService routes, ILogger<AppBinder> logger)
{
    /// <summary>The application's number to listen on; null where that life of the service instance holds no port, that of the binding is over, or the application has no number left.</summary>
    public async Task<int?> BindAsync(BindApp command, CancellationToken cancellationToken)
    {
        while (await ports.HeldByAsync(command.ServiceInstanceId, cancellationToken) is { } port)
        {
            if (port.Life != command.Life)
            {
                return null;
            }

            if (port.IsLate(command))
            {
                Log.Late(logger, command.AppGuid, port.Port, command.ServiceInstanceId, command.BindingId, command.BindingLife);
                return null;
            }

            if (port.BoundBy(command) is { } known)
            {
                return known.IntPort;
            }

            if ((port.Apps.FirstOrDefault(app => app.AppGuid == command.AppGuid)?.IntPort ?? await intPorts.TakeAsync(command, cancellationToken)) is not { } intPort)
            {
                return null;
            }

            // With the backends that are known already, so that the first client finds the application.
            using var bound = routes.Fill(port.With(command, intPort));
            var result = await ports.ReplaceAsync(bound.Port, cancellationToken);
            bound.Settle(result.Written ? result.Document : null);
            if (result.Written)
            {
                Log.Bound(logger, command.AppGuid, port.Port, command.ServiceInstanceId, command.BindingId, intPort, bound.Port.Backends.Count);
                return intPort;
            }
        }

        // Released meanwhile: a number taken after the release had freed them would stay for ever.
        await intPorts.FreeAsync(command.ServiceInstanceId, cancellationToken);
        return null;
    }

    public async Task UnbindAsync(UnbindApp command, CancellationToken cancellationToken)
    {
        while (await ports.HeldByAsync(command.ServiceInstanceId, cancellationToken) is { } port
            && port.Life <= command.Life
            && port.Without(command) is { } without)
        {
            using var unbound = routes.Fill(without);
            var result = await ports.ReplaceAsync(unbound.Port, cancellationToken);
            unbound.Settle(result.Written ? result.Document : null);
            if (result.Written)
            {
                if (port.Apps.FirstOrDefault(app => app.BindingIds.Contains(command.BindingId)) is { } bound)
                {
                    Log.Unbound(logger, bound.AppGuid, port.Port, command.ServiceInstanceId, command.BindingId);
                }

                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Information, "Application {AppGuid} is bound to port {ExternalPort} of service instance {ServiceInstanceId} by {BindingId}: it listens on {IntPort}, and {Backends} backends stand behind the port")]
        public static partial void Bound(ILogger logger, string appGuid, int externalPort, string serviceInstanceId, string bindingId, int intPort, int backends);

        [LoggerMessage(2021, LogLevel.Information, "Binding {BindingId} of application {AppGuid} to port {ExternalPort} of service instance {ServiceInstanceId} has ended")]
        public static partial void Unbound(ILogger logger, string appGuid, int externalPort, string serviceInstanceId, string bindingId);

        [LoggerMessage(2022, LogLevel.Information, "Application {AppGuid} is not bound to port {ExternalPort} of service instance {ServiceInstanceId}: life {BindingLife} of binding {BindingId} is over, and the command is late")]
        public static partial void Late(ILogger logger, string appGuid, int externalPort, string serviceInstanceId, string bindingId, long? bindingLife);
    }
}
