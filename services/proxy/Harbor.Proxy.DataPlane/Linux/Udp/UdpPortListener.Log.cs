using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Linux.Udp;

/// <summary>What a UDP port says: clients' and sessions' fates at Debug, backends' changes at Information, our own shortages at Warning.</summary>
internal sealed partial class UdpPortListener
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
            Log.SetAside(_logger, Port.Port, backend, backend.Udp.Failures);
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
        [LoggerMessage(4700, LogLevel.Debug, "UDP port {ExternalPort} refused {Client}: {Reason}")]
        public static partial void Refused(ILogger logger, int externalPort, ClientEndpoint client, RefusalReason reason);

        [LoggerMessage(4701, LogLevel.Debug, "UDP port {ExternalPort} shed a session: no descriptor or session left")]
        public static partial void Shed(ILogger logger, int externalPort);

        [LoggerMessage(4703, LogLevel.Information, "UDP port {ExternalPort} sets backend {Backend} aside after {Failures} failures in a row")]
        public static partial void SetAside(ILogger logger, int externalPort, BackendState backend, int failures);

        [LoggerMessage(4704, LogLevel.Information, "UDP port {ExternalPort} has backend {Backend} back")]
        public static partial void Back(ILogger logger, int externalPort, BackendState backend);
    }
}
