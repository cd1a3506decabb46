using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <content>What is said of a change, so that the log of one application tells where its traffic went and why.</content>
internal sealed partial class BackendWriter
{
    private void Report(PortDocument port, IReadOnlyList<BackendEntry> backends)
    {
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var before = port.Backends.DistinctBy(entry => (entry.Host, entry.Port, entry.AppGuid)).ToDictionary(entry => (entry.Host, entry.Port, entry.AppGuid));
        foreach (var entry in backends)
        {
            if (!before.Remove((entry.Host, entry.Port, entry.AppGuid), out var known))
            {
                Log.Added(logger, AddressOf(entry), entry.InstanceId, entry.AppGuid, entry.DeaId, port.Port, port.ServiceInstanceId, ReasonOf(entry));
            }
            else if (known.Draining != entry.Draining)
            {
                Log.Changed(logger, AddressOf(entry), entry.InstanceId, entry.AppGuid, entry.DeaId, port.Port, port.ServiceInstanceId, entry.Draining, ReasonOf(entry));
            }
        }

        foreach (var entry in before.Values)
        {
            Log.Removed(logger, AddressOf(entry), entry.InstanceId, entry.AppGuid, entry.DeaId, port.Port, port.ServiceInstanceId, ReasonOf(entry));
        }
    }

    private void ReportWaiting(PortDocument port, IReadOnlyList<BackendEntry> wanted, IReadOnlyList<BackendEntry> granted)
    {
        if (granted.Count < wanted.Count)
        {
            foreach (var entry in wanted.Except(granted))
            {
                Log.Waits(logger, AddressOf(entry), entry.InstanceId, entry.AppGuid, entry.DeaId, port.Port, port.ServiceInstanceId);
            }
        }
    }

    private static string AddressOf(BackendEntry entry) => BackendMerge.AddressOf(entry)?.ToString() ?? $"{entry.Host}:{entry.Port}";

    private RouteReason ReasonOf(BackendEntry entry) => BackendMerge.AddressOf(entry) is { } address ? dirty.ReasonOf(entry.AppGuid, address) : RouteReason.Reconciled;

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Information, "Backend {Backend} (instance {InstanceId} of application {AppGuid} on DEA {DeaId}) takes traffic of port {ExternalPort} of {ServiceInstanceId}: {Reason}")]
        public static partial void Added(ILogger logger, string backend, string? instanceId, string appGuid, string? deaId, int externalPort, string serviceInstanceId, RouteReason reason);

        [LoggerMessage(2111, LogLevel.Information, "Backend {Backend} (instance {InstanceId} of application {AppGuid} on DEA {DeaId}) has left port {ExternalPort} of {ServiceInstanceId}: {Reason}")]
        public static partial void Removed(ILogger logger, string backend, string? instanceId, string appGuid, string? deaId, int externalPort, string serviceInstanceId, RouteReason reason);

        [LoggerMessage(2112, LogLevel.Information, "Backend {Backend} (instance {InstanceId} of application {AppGuid} on DEA {DeaId}) of port {ExternalPort} of {ServiceInstanceId} is draining: {Draining}, {Reason}")]
        public static partial void Changed(ILogger logger, string backend, string? instanceId, string appGuid, string? deaId, int externalPort, string serviceInstanceId, bool draining, RouteReason reason);

        [LoggerMessage(2113, LogLevel.Information, "Backend {Backend} (instance {InstanceId} of application {AppGuid} on DEA {DeaId}) waits for port {ExternalPort} of {ServiceInstanceId}: its address is in another port's document still")]
        public static partial void Waits(ILogger logger, string backend, string? instanceId, string appGuid, string? deaId, int externalPort, string serviceInstanceId);

        [LoggerMessage(2120, LogLevel.Warning, "The store is away ({Error}): routes are kept in memory and written when it is back")]
        public static partial void StoreAway(ILogger logger, string error);

        [LoggerMessage(2121, LogLevel.Information, "The store is back: routes are compared and written")]
        public static partial void StoreBack(ILogger logger);

        [LoggerMessage(2122, LogLevel.Error, "The backends of port {PortId} could not be written")]
        public static partial void Failed(ILogger logger, string portId, Exception exception);
    }
}
