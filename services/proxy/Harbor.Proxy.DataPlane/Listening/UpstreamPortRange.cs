using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Listening;

/// <summary>
/// Keeps the sockets towards backends from taking a local port out of the pools' own range, which would then be missing when a service asks for it
/// (2,000 such connections made 487 of 5,001 ports unusable). Linux 6.3 takes a range for each socket; unprivileged, but only for our own.
/// </summary>
internal sealed class UpstreamPortRange
{
    /// <summary><c>IP_LOCAL_PORT_RANGE</c> at level <c>IPPROTO_IP</c>; IPv6 sockets take it there too.</summary>
    public const int OptionLevel = 0;

    /// <summary>See <see cref="OptionLevel"/>.</summary>
    public const int OptionName = 51;

    private UpstreamPortRange(int value) => Value = value;

    /// <summary>The option's value, highest port above lowest; 0 where sockets need no range of their own.</summary>
    public int Value { get; }

    /// <summary>The larger part of the system's range that is outside the reserved one.</summary>
    public static UpstreamPortRange Choose((int First, int Last) system, (int First, int Last)? reserved)
    {
        if (reserved is not { } taken || taken.Last < system.First || taken.First > system.Last)
        {
            return new UpstreamPortRange(0);
        }

        var below = (system.First, Last: taken.First - 1);
        var above = (First: taken.Last + 1, system.Last);
        var (first, last) = above.Last - above.First >= below.Last - below.First ? above : below;
        return new UpstreamPortRange(last < first ? 0 : (last << 16) | first);
    }

    /// <summary>For a socket that is not yet connected. False where the system does not know the option.</summary>
    public bool TryApply(Socket socket)
    {
        if (Value == 0)
        {
            return true;
        }

        try
        {
            socket.SetRawSocketOption(OptionLevel, OptionName, BitConverter.GetBytes(Value));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
