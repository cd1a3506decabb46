using System.Diagnostics.Metrics;
using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Managed;
using Harbor.Proxy.DataPlane.Metrics;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane;

/// <summary>Makes relay engines.</summary>
public static class RelayEngine
{
    public static IRelayEngine Create(RelayOptions options, TimeProvider time, IMeterFactory meters, ILoggerFactory loggers)
    {
        var context = new RelayContext(options, time, new RelayMetrics(meters), loggers);
        return options.Engine == RelayEngineKind.Linux ? new LinuxRelayEngine(context) : new ManagedRelayEngine(context);
    }
}
