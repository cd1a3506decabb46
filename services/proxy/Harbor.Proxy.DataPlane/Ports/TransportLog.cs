using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Ports;

/// <summary>
/// What one transport of a port says, by either engine: the fates of clients, connections and sessions at Debug, backends' changes at Information, our own
/// shortages at Warning. A shortage shows itself on all ports with every connection, so that of each kind one warning passes in a while.
/// </summary>
internal sealed partial class TransportLog(RelayContext context, int port, Transport transport)
{
    private readonly ILogger _logger = context.TransportLogger;

    public void Refused(ClientEndpoint client, RefusalReason reason)
    {
        Log.Refused(_logger, port, transport, client, reason);
        if (reason == RefusalReason.Shed && context.ShedWarnings.TryPass(context.Clock.NowMs))
        {
            var limits = context.Limits;
            Log.Shedding(_logger, port, transport, limits.Descriptors.Used, limits.Descriptors.Limit, limits.Connections.Used, limits.Sessions.Used);
        }
    }

    /// <summary>The system has none left, whatever our own limits say.</summary>
    public void OutOfDescriptors(string error)
    {
        if (context.DescriptorWarnings.TryPass(context.Clock.NowMs))
        {
            Log.OutOfDescriptors(_logger, port, transport, error);
        }
    }

    public void SetAside(BackendState backend, bool isNew)
    {
        if (isNew)
        {
            Log.SetAside(_logger, port, transport, backend, backend.HealthOf(transport).Failures);
        }
    }

    public void Back(BackendState backend, bool isNew)
    {
        if (isNew)
        {
            Log.Back(_logger, port, transport, backend);
        }
    }

    public void ConnectionFailed(ClientEndpoint client, Exception exception) => Log.ConnectionFailed(_logger, exception, port, transport, client);

    public void ListenerFailed(Exception exception) => Log.ListenerFailed(_logger, exception, port, transport);

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Debug, "Port {ExternalPort} refused {Client} over {Protocol}: {Reason}")]
        public static partial void Refused(ILogger logger, int externalPort, Transport protocol, ClientEndpoint client, RefusalReason reason);

        [LoggerMessage(4101, LogLevel.Warning, "Port {ExternalPort} sheds new clients over {Protocol}: {Descriptors} of {DescriptorLimit} descriptors, {Connections} connections and {Sessions} sessions are in use. Raise the process's limit of descriptors, or its own limits")]
        public static partial void Shedding(ILogger logger, int externalPort, Transport protocol, int descriptors, int descriptorLimit, int connections, int sessions);

        [LoggerMessage(4102, LogLevel.Error, "Port {ExternalPort}: the connection of {Client} over {Protocol} failed by a fault of the relay")]
        public static partial void ConnectionFailed(ILogger logger, Exception exception, int externalPort, Transport protocol, ClientEndpoint client);

        [LoggerMessage(4103, LogLevel.Information, "Port {ExternalPort} sets backend {Backend} aside for {Protocol} after {Failures} failures in a row")]
        public static partial void SetAside(ILogger logger, int externalPort, Transport protocol, BackendState backend, int failures);

        [LoggerMessage(4104, LogLevel.Information, "Port {ExternalPort} has backend {Backend} back for {Protocol}")]
        public static partial void Back(ILogger logger, int externalPort, Transport protocol, BackendState backend);

        [LoggerMessage(4105, LogLevel.Warning, "Port {ExternalPort} cannot accept over {Protocol}: {Error}. Raise the process's limit of descriptors")]
        public static partial void OutOfDescriptors(ILogger logger, int externalPort, Transport protocol, string error);

        [LoggerMessage(4106, LogLevel.Critical, "Port {ExternalPort}: a fault of the relay while taking in what comes over {Protocol}")]
        public static partial void ListenerFailed(ILogger logger, Exception exception, int externalPort, Transport protocol);
    }
}
