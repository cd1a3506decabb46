using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Proxy.DataPlane.Tests.Behaviour;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Listening;

public sealed class PortHolderTests
{
    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.Udp)]
    public async Task Find_HolderChanges_NamesTheOneOfNow(Transport transport)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var port = FreePorts.Next();
        PortHolder.Find(port, transport).ShouldBeNull();
        for (var i = 0; i < 3; i++)
        {
            using var other = await OtherProcess.HoldAsync(port, transport, shared: false);
            PortHolder.Find(port, transport).ShouldBe(other.Name);
            PortHolder.Find(port, transport == Transport.Tcp ? Transport.Udp : Transport.Tcp).ShouldBeNull();
        }

        PortHolder.Find(port, transport).ShouldBeNull();
    }

    [Fact]
    public void Find_ManyPortsOfOneHolder_NamesItForEach()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var sockets = Enumerable.Range(0, 500).Select(_ => ListenSockets.Open(IPAddress.IPv6Any, FreePorts.Next(), Transport.Tcp, 1)).ToList();
        foreach (var socket in sockets)
        {
            PortHolder.Find(((IPEndPoint)socket.LocalEndPoint!).Port, Transport.Tcp).ShouldEndWith($"({Environment.ProcessId})");
            socket.Dispose();
        }
    }

    [Fact]
    public void Find_OnlyAConnectionHasThePort_NamesItsProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        using var listener = ListenSockets.Open(IPAddress.IPv6Any, FreePorts.Next(), Transport.Tcp, 1);
        var port = FreePorts.Next();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Bind(new IPEndPoint(IPAddress.Loopback, port));
        client.Connect(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port);
        PortHolder.Find(port, Transport.Tcp).ShouldEndWith($"({Environment.ProcessId})");
    }
}
