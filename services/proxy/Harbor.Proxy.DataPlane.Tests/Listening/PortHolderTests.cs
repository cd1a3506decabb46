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
        PortHolder.Find(Wildcard(port), transport).ShouldBeNull();
        for (var i = 0; i < 3; i++)
        {
            using var other = await OtherProcess.HoldAsync(port, transport, shared: false);
            PortHolder.Find(Wildcard(port), transport).ShouldBe(other.Name);
            PortHolder.Find(Wildcard(port), transport == Transport.Tcp ? Transport.Udp : Transport.Tcp).ShouldBeNull();
        }

        PortHolder.Find(Wildcard(port), transport).ShouldBeNull();
    }

    [Fact]
    public void Find_ManyPortsOfOneHolder_NamesItForEach()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var sockets = Enumerable.Range(0, 500).Select(_ => ListenSockets.Open(IPAddress.IPv6Any, FreePorts.Next(), Transport.Tcp, 1)).ToList();
        foreach (var socket in sockets)
        {
            PortHolder.Find((IPEndPoint)socket.LocalEndPoint!, Transport.Tcp).ShouldEndWith($"({Environment.ProcessId})");
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
        PortHolder.Find(Wildcard(port), Transport.Tcp).ShouldEndWith($"({Environment.ProcessId})");
    }

    /// <summary>Two that listen on one number by address, as two workers of one machine may: the one that is not in the way is not to blame.</summary>
    [Theory]
    [InlineData("127.0.0.2", "127.0.0.2", true)]
    [InlineData("127.0.0.2", "127.0.0.3", false)]
    [InlineData("127.0.0.2", "0.0.0.0", true)]
    [InlineData("127.0.0.2", "::", true)]
    [InlineData("127.0.0.2", "::1", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "0.0.0.0", false)]
    [InlineData("::1", "::", true)]
    [InlineData("0.0.0.0", "127.0.0.2", true)]
    [InlineData("0.0.0.0", "::", true)]
    [InlineData("0.0.0.0", "::1", false)]
    [InlineData("::", "127.0.0.2", true)]
    public void Find_HeldAtAnAddress_NamesItWhereItIsInTheWay(string held, string wanted, bool isInTheWay)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        foreach (var transport in new[] { Transport.Tcp, Transport.Udp })
        {
            var port = FreePorts.Next();
            using var socket = ListenSockets.Open(IPAddress.Parse(held), port, transport, 1);
            var listener = new IPEndPoint(IPAddress.Parse(wanted), port);

            // The system's own answer first.
            Opens(listener, transport).ShouldBe(!isInTheWay);
            (PortHolder.Find(listener, transport) is not null).ShouldBe(isInTheWay);
        }
    }

    private static bool Opens(IPEndPoint listener, Transport transport)
    {
        try
        {
            using var socket = ListenSockets.Open(listener.Address, listener.Port, transport, 1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static IPEndPoint Wildcard(int port) => new(IPAddress.IPv6Any, port);
}
