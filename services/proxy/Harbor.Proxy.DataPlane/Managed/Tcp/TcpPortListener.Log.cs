using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Managed.Tcp;

/// <summary>What a TCP port says: clients' and connections' fates at Debug, backends' changes at Information, our own shortages at Warning.</summary>
internal sealed partial class TcpPortListener
{
    public void LogRefused(ClientEndpoint client, RefusalReason reason)
    {
        Log.Refused(_logger, Port.Port, client, reason);
        if (reason == RefusalReason.Shed && Context.ShedWarnings.TryPass(Context.Clock.NowMs))
        {
            var limits = Context.Relay.Limits;
            Log.Shedding(_logger, Port.Port, limits.Descriptors.Used, limits.Descriptors.Limit, limits.Connections.Used);
        }
    }

    public void LogFailed(ClientEndpoint client, Exception exception) => Log.Failed(_logger, exception, Port.Port, client);

    public void LogSetAside(BackendState backend, bool isNew)
    {
        if (isNew)
        {
            Log.SetAside(_logger, Port.Port, backend, backend.Tcp.Failures);
        }
    }

    public void LogBack(BackendState backend, bool isNew)
    {
        if (isNew)
        {
            Log.Back(_logger, Port.Port, backend);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Debug, "TCP port {ExternalPort} refused {Client}: {Reason}")]
        public static partial void Refused(ILogger logger, int externalPort, ClientEndpoint client, RefusalReason reason);

        [LoggerMessage(4101, LogLevel.Warning, "TCP port {ExternalPort} sheds connections: {Descriptors} of {DescriptorLimit} descriptors and {Count} connections are in use. Raise the process's limit of descriptors, or its own limits")]
        public static partial void Shedding(ILogger logger, int externalPort, int descriptors, int descriptorLimit, int count);

        [LoggerMessage(4102, LogLevel.Error, "TCP port {ExternalPort}: the connection of {Client} failed by a fault of the relay")]
        public static partial void Failed(ILogger logger, Exception exception, int externalPort, ClientEndpoint client);

        [LoggerMessage(4103, LogLevel.Information, "TCP port {ExternalPort} sets backend {Backend} aside after {Failures} failures in a row")]
        public static partial void SetAside(ILogger logger, int externalPort, BackendState backend, int failures);

        [LoggerMessage(4104, LogLevel.Information, "TCP port {ExternalPort} has backend {Backend} back")]
        public static partial void Back(ILogger logger, int externalPort, BackendState backend);

        [LoggerMessage(4106, LogLevel.Critical, "TCP port {ExternalPort}: a fault of the relay while admitting a connection")]
        public static partial void ListenerFailed(ILogger logger, Exception exception, int externalPort);

        [LoggerMessage(4105, LogLevel.Warning, "TCP port {ExternalPort} cannot accept: {Error}. Raise the process's limit of descriptors")]
        public static partial void OutOfDescriptors(ILogger logger, int externalPort, SocketError error);
    }
}
