using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <summary>What a TCP port says: clients' and connections' fates at Debug, backends' changes at Information, our own shortages at Warning.</summary>
internal sealed partial class TcpPortListener
{
    public void LogRefused(ClientEndpoint client, RefusalReason reason)
    {
        if (reason == RefusalReason.Shed)
        {
            Log.Shed(_logger, Port.Port);
        }
        else
        {
            Log.Refused(_logger, Port.Port, client, reason);
        }
    }

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
        [LoggerMessage(4600, LogLevel.Debug, "TCP port {ExternalPort} refused {Client}: {Reason}")]
        public static partial void Refused(ILogger logger, int externalPort, ClientEndpoint client, RefusalReason reason);

        [LoggerMessage(4601, LogLevel.Debug, "TCP port {ExternalPort} shed a connection: no descriptor or connection left")]
        public static partial void Shed(ILogger logger, int externalPort);

        [LoggerMessage(4603, LogLevel.Information, "TCP port {ExternalPort} sets backend {Backend} aside after {Failures} failures in a row")]
        public static partial void SetAside(ILogger logger, int externalPort, BackendState backend, int failures);

        [LoggerMessage(4604, LogLevel.Information, "TCP port {ExternalPort} has backend {Backend} back")]
        public static partial void Back(ILogger logger, int externalPort, BackendState backend);

        [LoggerMessage(4605, LogLevel.Warning, "TCP port {ExternalPort} cannot accept: {Error}. Raise the process's limit of descriptors")]
        public static partial void OutOfDescriptors(ILogger logger, int externalPort, string error);
    }
}
