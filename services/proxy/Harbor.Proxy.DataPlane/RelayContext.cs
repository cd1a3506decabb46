using Harbor.Proxy.DataPlane.Admission;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Proxy.DataPlane.Metrics;
using Harbor.Proxy.DataPlane.Ports;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane;

/// <summary>What an engine is given: everything that does not depend on how it moves bytes.</summary>
internal sealed class RelayContext(RelayOptions options, TimeProvider time, RelayMetrics metrics, ILoggerFactory loggers)
{
    public RelayOptions Options => options;

    public RelayClock Clock { get; } = new(time);

    public RelayMetrics Metrics => metrics;

    public ILoggerFactory Loggers => loggers;

    /// <summary>What all <see cref="TransportLog"/>s write to.</summary>
    public ILogger TransportLogger { get; } = loggers.CreateLogger<TransportLog>();

    /// <summary>For what all ports would say at once.</summary>
    public LogThrottle ShedWarnings { get; } = new();

    /// <summary>Likewise.</summary>
    public LogThrottle DescriptorWarnings { get; } = new();

    public RelayLimits Limits { get; } = new(options, RelayLimits.ReadDescriptorLimit());

    public UpstreamPortRange UpstreamPorts { get; } = ReservedRangeCheck.Run(options.ReservedRange, loggers.CreateLogger(typeof(ReservedRangeCheck)));
}
