using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>What a UDP port says: clients' and sessions' fates at Debug, backends' changes at Information, our own shortages at Warning.</summary>
internal sealed partial class UdpPortListener
{
    public void LogRefused(ClientEndpoint client, RefusalReason reason)
    {
        Log.Refused(_logger, Port.Port, client, reason);
        if (reason == RefusalReason.Shed && Context.ShedWarnings.TryPass(Context.Clock.NowMs))
        {
            var limits = Context.Relay.Limits;
            Log.Shedding(_logger, Port.Port, limits.Descriptors.Used, limits.Descriptors.Limit, limits.Sessions.Used);
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
        [LoggerMessage(4200, LogLevel.Debug, "UDP port {ExternalPort} refused {Client}: {Reason}")]
        public static partial void Refused(ILogger logger, int externalPort, ClientEndpoint client, RefusalReason reason);

        [LoggerMessage(4201, LogLevel.Warning, "UDP port {ExternalPort} sheds sessions: {Descriptors} of {DescriptorLimit} descriptors and {Count} sessions are in use. Raise the process's limit of descriptors, or its own limits")]
        public static partial void Shedding(ILogger logger, int externalPort, int descriptors, int descriptorLimit, int count);

        [LoggerMessage(4203, LogLevel.Information, "UDP port {ExternalPort} sets backend {Backend} aside after {Failures} failures in a row")]
        public static partial void SetAside(ILogger logger, int externalPort, BackendState backend, int failures);

        [LoggerMessage(4204, LogLevel.Information, "UDP port {ExternalPort} has backend {Backend} back")]
        public static partial void Back(ILogger logger, int externalPort, BackendState backend);

        [LoggerMessage(4206, LogLevel.Critical, "UDP port {ExternalPort}: a fault of the relay while passing on a datagram")]
        public static partial void ListenerFailed(ILogger logger, Exception exception, int externalPort);
    }
}
