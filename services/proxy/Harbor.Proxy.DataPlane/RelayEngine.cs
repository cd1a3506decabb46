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
        return options.Engine switch
        {
            RelayEngineKind.Managed => new ManagedRelayEngine(context),
            RelayEngineKind.Linux when !LinuxRelayEngine.IsSupported => throw new PlatformNotSupportedException("The relay's Linux engine needs Linux on x64 or arm64."),
            RelayEngineKind.Auto when !LinuxRelayEngine.IsSupported => new ManagedRelayEngine(context),
            _ => new LinuxRelayEngine(context),
        };
    }
}
