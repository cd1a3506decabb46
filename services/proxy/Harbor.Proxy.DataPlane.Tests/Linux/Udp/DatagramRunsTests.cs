using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Linux.Native;
using Harbor.Proxy.DataPlane.Linux.Udp;
using static Harbor.Proxy.DataPlane.Linux.Native.SocketNumbers;

namespace Harbor.Proxy.DataPlane.Tests.Linux.Udp;

/// <summary>A run is cut into its datagrams, and goes out as one again.</summary>
public sealed class DatagramRunsTests : IDisposable
{
    private const int NoChecksum = 11;

    private readonly Socket _sender = NewSocket();
    private readonly Socket _relay = NewSocket();
    private readonly Socket _receiver = NewSocket();
    private readonly DatagramBatch _batch = new();
    private readonly DatagramBatch _received = new();
    private readonly DatagramSender _out = new();

    public DatagramRunsTests()
    {
        Assert.SkipUnless(LinuxRelayEngine.IsSupported, "the Linux engine's");
        foreach (var socket in new[] { _relay, _receiver })
        {
            socket.SetRawSocketOption(IPPROTO_UDP, UDP_GRO, BitConverter.GetBytes(1));
        }

        _relay.SetRawSocketOption(IPPROTO_IP, IP_PKTINFO, BitConverter.GetBytes(1));
        _sender.Connect(_relay.LocalEndPoint!);
    }

    public void Dispose()
    {
        _out.Dispose();
        _received.Dispose();
        _batch.Dispose();
        _receiver.Dispose();
        _relay.Dispose();
        _sender.Dispose();
    }

    [Theory]
    [InlineData(54 * 1_200, 1_200)]
    [InlineData(1_201, 1_200)]
    [InlineData(64, 1)]
    [InlineData(65_400, 1_022)]
    public void Run_IsCutAndGoesOutAsOne(int length, int each)
    {
        var data = RandomNumberGenerator.GetBytes(length);
        SendRun(data, each);
        var chain = Receive((length + each - 1) / each);

        var sent = Send(ref chain);

        sent.ShouldBe(new SentDatagrams((length + each - 1) / each, length, 0));
        chain.Count.ShouldBe(0);
        // One read of a socket that takes runs is one run: had it been sent in pieces, there would be less.
        var buffer = new byte[DatagramBatch.MaxLength];
        _receiver.Receive(buffer).ShouldBe(length);
        buffer[..length].ShouldBe(data);
        _receiver.Available.ShouldBe(0);
    }

    [Fact]
    public void Run_TellsOfEachDatagramItsLengthItsBytesAndTheAddresses()
    {
        var data = RandomNumberGenerator.GetBytes(25);
        SendRun(data, 10);
        _sender.Send("alone"u8);
        _sender.Send(ReadOnlySpan<byte>.Empty);

        Receive(5);

        Enumerable.Range(0, 5).Select(_batch.Length).ShouldBe([10, 10, 5, 5, 0]);
        Enumerable.Range(0, 3).SelectMany(index => _batch.Data(index).ToArray()).ShouldBe(data);
        _batch.Data(3).ToArray().ShouldBe("alone"u8.ToArray());
        Enumerable.Range(0, 5).Select(_batch.IsOfSameRun).ShouldBe([false, true, true, false, false]);
        for (var index = 0; index < 5; index++)
        {
            _batch.Name(index).Port.ShouldBe(((IPEndPoint)_sender.LocalEndPoint!).Port);
            _batch.Local(index).ShouldBe(new LocalAddress(ClientAddress.From(IPAddress.Loopback), IsIPv6: false));
        }
    }

    [Fact]
    public void Runs_OfMoreDatagramsThanABatchHasPlaces_AreAllThere()
    {
        var data = RandomNumberGenerator.GetBytes(4 * 50);
        for (var run = 0; run < 4; run++)
        {
            SendRun(data.AsSpan(50 * run, 50), 1);
        }

        Receive(200);

        Enumerable.Range(0, 200).SelectMany(index => _batch.Data(index).ToArray()).ShouldBe(data);
    }

    [Fact]
    public void Run_OverAPathThatTakesNone_GoesOneByOne()
    {
        var data = RandomNumberGenerator.GetBytes(25);
        SendRun(data, 10);
        var chain = Receive(3);
        // Without checksums the system refuses to cut.
        _relay.SetRawSocketOption(SOL_SOCKET, NoChecksum, BitConverter.GetBytes(1));

        Send(ref chain).ShouldBe(new SentDatagrams(3, 25, 0));

        var buffer = new byte[100];
        new[] { _receiver.Receive(buffer), _receiver.Receive(buffer), _receiver.Receive(buffer) }.ShouldBe([10, 10, 5]);
    }

    [Fact]
    public void Chain_OfSomeDatagrams_SendsThoseInTheirOrder()
    {
        SendRun("aabbccd"u8, 2);
        Receive(4);
        DatagramChain chain = default;
        foreach (var index in new[] { 0, 2, 3 })
        {
            chain.Add(_batch, index);
        }

        (chain.Count, chain.Bytes).ShouldBe((3, 5));
        Send(ref chain).ShouldBe(new SentDatagrams(3, 5, 0));
        var buffer = new byte[100];
        buffer.AsSpan(0, _receiver.Receive(buffer)).ToArray().ShouldBe("aaccd"u8.ToArray());
    }

    [Fact]
    public void Runs_OfDifferentLengths_AreNotMixed()
    {
        foreach (var length in new[] { 3, 3, 2, 3, 4, 0, 4 })
        {
            _sender.Send(new byte[length]);
        }

        var chain = Receive(7);

        Send(ref chain).ShouldBe(new SentDatagrams(7, 19, 0));
        _received.Receive(Descriptor(_receiver)).ShouldBe(7);
        Enumerable.Range(0, 7).Select(_received.Length).ShouldBe([3, 3, 2, 3, 4, 0, 4]);
        Enumerable.Range(0, 7).Select(_received.IsOfSameRun).ShouldBe([false, true, true, false, false, false, false]);
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int Descriptor(Socket socket) => (int)socket.Handle;

    private void SendRun(ReadOnlySpan<byte> data, int each)
    {
        _sender.SetRawSocketOption(IPPROTO_UDP, UDP_SEGMENT, BitConverter.GetBytes(each));
        _sender.Send(data);
        _sender.SetRawSocketOption(IPPROTO_UDP, UDP_SEGMENT, BitConverter.GetBytes(0));
    }

    /// <summary>What was sent over loopback is there at once.</summary>
    private DatagramChain Receive(int count)
    {
        _batch.Receive(Descriptor(_relay)).ShouldBe(count);
        DatagramChain chain = default;
        for (var index = 0; index < count; index++)
        {
            chain.Add(_batch, index);
        }

        return chain;
    }

    private SentDatagrams Send(ref DatagramChain chain) =>
        DatagramRuns.Send(_out, Descriptor(_relay), _batch, ref chain, SocketName.From((IPEndPoint)_receiver.LocalEndPoint!), default);
}
