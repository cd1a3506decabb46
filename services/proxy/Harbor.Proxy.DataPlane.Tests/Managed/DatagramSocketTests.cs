using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Listening;
using Harbor.Proxy.DataPlane.Managed.Udp;
using Harbor.Proxy.DataPlane.Tests.Behaviour;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Managed;

public sealed class DatagramSocketTests
{
    [Theory]
    [InlineData("::", "127.0.0.1", true)]
    [InlineData("::", "::1", true)]
    [InlineData("0.0.0.0", "127.0.0.1", true)]
    [InlineData("::", "127.0.0.1", false)]
    [InlineData("::", "::1", false)]
    [InlineData("0.0.0.0", "127.0.0.1", false)]
    public async Task Receive_AndAnswer_KnowsTheClientAndReachesIt(string bound, string asked, bool useCalls)
    {
        Assert.SkipUnless(!useCalls || DatagramCalls.AreSupported, "needs Linux");
        var port = FreePorts.Next();
        using var socket = new DatagramSocket(ListenSockets.Open(IPAddress.Parse(bound), port, Transport.Udp, 0), useCalls);
        using var client = UdpPeer.ConnectTo(port, IPAddress.Parse(asked));
        client.Send("question");
        await socket.WaitAsync().AsTask().WithinAsync("a datagram");
        var buffer = new byte[100];
        var (length, origin) = await socket.ReceiveAsync(buffer);
        buffer[..length].ShouldBe("question"u8.ToArray());
        origin.Client.ToIPEndPoint().ShouldBe(new IPEndPoint(IPAddress.Parse(asked), client.Address.Port));
        if (useCalls)
        {
            origin.Local.ToIPAddress().ShouldBe(IPAddress.Parse(asked));
            (await socket.ReceiveAsync(buffer)).Length.ShouldBe(-1);
        }

        socket.TrySend("answer"u8, origin).ShouldBeTrue();
        (await client.ReceiveTextAsync()).ShouldBe("answer");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TrySend_CannotBeSent_IsFalse(bool useCalls)
    {
        Assert.SkipUnless(!useCalls || DatagramCalls.AreSupported, "needs Linux");
        using var socket = new DatagramSocket(ListenSockets.Open(IPAddress.Any, FreePorts.Next(), Transport.Udp, 0), useCalls);
        // The system refuses broadcasts that were not asked for.
        var origin = new DatagramOrigin(new(DataPlane.Addresses.ClientAddress.From(IPAddress.Broadcast), 9), default, 0);
        socket.TrySend("x"u8, origin).ShouldBeFalse();
    }

    [Fact]
    public async Task Wait_SocketClosed_Ends()
    {
        var socket = new DatagramSocket(ListenSockets.Open(IPAddress.Any, FreePorts.Next(), Transport.Udp, 0), DatagramCalls.AreSupported);
        var waiting = socket.ReceiveOneAsync();
        socket.Dispose();
        (await Should.ThrowAsync<Exception>(() => waiting.WithinAsync("the wait to end"))).ShouldBeAssignableTo<Exception>().ShouldSatisfyAllConditions(
            e => (e is ObjectDisposedException or SocketException).ShouldBeTrue(e.ToString()));
    }
}
