using System.Net.Sockets;
using System.Net;
using Harbor.Proxy.DataPlane.Listening;

namespace Harbor.Proxy.DataPlane.Tests.Listening;

public sealed class UpstreamPortRangeTests
{
    [Theory]
    [InlineData(35000, 40000, 40001, 60999)]
    [InlineData(50000, 60999, 32768, 49999)]
    [InlineData(30000, 33000, 33001, 60999)]
    public void Choose_Overlap_IsTheLargerPartOutside(int first, int last, int lowest, int highest)
    {
        UpstreamPortRange.Choose((32768, 60999), (first, last)).Value.ShouldBe((highest << 16) | lowest);
    }

    [Fact]
    public void Choose_NoOverlapOrNothingLeft_IsNone()
    {
        UpstreamPortRange.Choose((32768, 60999), (20000, 30000)).Value.ShouldBe(0);
        UpstreamPortRange.Choose((32768, 60999), null).Value.ShouldBe(0);
        UpstreamPortRange.Choose((35000, 40000), (30000, 50000)).Value.ShouldBe(0);
    }

    [Theory]
    [InlineData("127.0.0.1", ProtocolType.Tcp)]
    [InlineData("::1", ProtocolType.Tcp)]
    [InlineData("127.0.0.1", ProtocolType.Udp)]
    [InlineData("::1", ProtocolType.Udp)]
    public void TryApply_OnLinux_KeepsConnectionsOutOfTheReservedRange(string address, ProtocolType protocol)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(6, 3), "needs Linux 6.3");
        // All but a hundred ports are reserved: by chance a connection would land there once in 282 times.
        var (first, last) = SystemPorts.EphemeralRange();
        var range = UpstreamPortRange.Choose((first, last), (first, last - 100));
        var (local, type) = (IPAddress.Parse(address), protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram);
        using var listener = new Socket(local.AddressFamily, type, protocol);
        listener.Bind(new IPEndPoint(local, 0));
        if (protocol == ProtocolType.Tcp)
        {
            listener.Listen(32);
        }

        for (var i = 0; i < 16; i++)
        {
            using var socket = new Socket(local.AddressFamily, type, protocol);
            range.TryApply(socket).ShouldBeTrue();
            socket.Connect(listener.LocalEndPoint!);
            ((IPEndPoint)socket.LocalEndPoint!).Port.ShouldBeInRange(last - 99, last);
            if (protocol == ProtocolType.Tcp)
            {
                // No TIME_WAIT: the hundred ports must do for the next run too.
                socket.LingerState = new LingerOption(true, 0);
            }
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("35000-40000", true)]
    [InlineData("80,34000-36000,36001-50000", true)]
    [InlineData("35000-39999", false)]
    public void Covers_ReservedPorts_OnlyWhereAllOfTheRangeIsListed(string reserved, bool expected)
    {
        SystemPorts.Covers(reserved, (35000, 40000)).ShouldBe(expected);
    }
}
