using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Managed.Udp;

/// <summary>Windows tells an unconnected socket of a client's ICMP refusal by failing the next receive, whoever that would be for: not wanted.</summary>
internal static class DatagramErrors
{
    private const int SioUdpConnectionReset = unchecked((int)0x9800000C);

    public static void IgnoreRefusals(Socket socket)
    {
        if (OperatingSystem.IsWindows())
        {
            socket.IOControl(SioUdpConnectionReset, [0, 0, 0, 0], null);
        }
    }
}
