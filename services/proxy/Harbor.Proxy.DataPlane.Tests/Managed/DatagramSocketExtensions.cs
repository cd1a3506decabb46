using Harbor.Proxy.DataPlane.Managed.Udp;

namespace Harbor.Proxy.DataPlane.Tests.Managed;

internal static class DatagramSocketExtensions
{
    public static async Task<int> ReceiveOneAsync(this DatagramSocket socket)
    {
        await socket.WaitAsync();
        return (await socket.ReceiveAsync(new byte[1])).Length;
    }
}
