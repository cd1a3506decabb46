using Harbor.Proxy.DataPlane.Linux.Native;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Linux.Tcp;

/// <summary>
/// The kernel's keepalive: a peer that has vanished without a word is found within two minutes (a first probe after 60 s of silence, then
/// 4 at 15 s), where the system's own default would take over two hours.
/// </summary>
internal static class KeepAlive
{
    private const int IdleSeconds = 60;
    private const int IntervalSeconds = 15;
    private const int Probes = 4;

    public static void Start(int descriptor)
    {
        _ = Kernel.SetOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, IdleSeconds);
        _ = Kernel.SetOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, IntervalSeconds);
        _ = Kernel.SetOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, Probes);
        _ = Kernel.SetOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    }
}
