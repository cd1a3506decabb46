using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>At start: warns where outgoing connections, ours or of other processes, may take ports of the pools' range, and says which setting ends that.</summary>
internal static partial class ReservedRangeCheck
{
    /// <summary>Returns the range that sockets towards backends are to keep to.</summary>
    public static UpstreamPortRange Run((int First, int Last)? reserved, ILogger logger) =>
        Run(reserved, SystemPorts.EphemeralRange(), SystemPorts.ReservedPorts(), IsOptionKnown, logger);

    internal static UpstreamPortRange Run(
        (int First, int Last)? reserved, (int First, int Last) system, string reservedPorts, Func<UpstreamPortRange, bool> isOptionKnown, ILogger logger)
    {
        var range = UpstreamPortRange.Choose(system, reserved);
        if (reserved is not { } taken || taken.Last < system.First || taken.First > system.Last || SystemPorts.Covers(reservedPorts, taken))
        {
            return range;
        }

        if (range.Value != 0 && isOptionKnown(range))
        {
            Log.OthersMayTakePorts(logger, taken.First, taken.Last, SystemPorts.EphemeralRangeKey, system.First, system.Last, SystemPorts.ReservedPortsKey);
        }
        else
        {
            Log.AnyoneMayTakePorts(logger, taken.First, taken.Last, SystemPorts.EphemeralRangeKey, system.First, system.Last, SystemPorts.ReservedPortsKey);
        }

        return range;
    }

    private static bool IsOptionKnown(UpstreamPortRange range)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return range.TryApply(socket);
    }

    private static partial class Log
    {
        [LoggerMessage(4000, LogLevel.Warning, "The port range {First}-{Last} overlaps {EphemeralKey} ({SystemFirst}-{SystemLast}): outgoing connections of other processes can take its ports. Set {ReservedKey}={First}-{Last}")]
        public static partial void OthersMayTakePorts(ILogger logger, int first, int last, string ephemeralKey, int systemFirst, int systemLast, string reservedKey);

        [LoggerMessage(4001, LogLevel.Warning, "The port range {First}-{Last} overlaps {EphemeralKey} ({SystemFirst}-{SystemLast}), and this system cannot keep Harbor's own connections to backends out of it: they will take its ports. Set {ReservedKey}={First}-{Last}")]
        public static partial void AnyoneMayTakePorts(ILogger logger, int first, int last, string ephemeralKey, int systemFirst, int systemLast, string reservedKey);
    }
}
