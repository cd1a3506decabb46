using System.Net;
using System.Net.Sockets;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>The byte path must not feed the garbage collector: counted for the whole process, so these run alone and use sockets that do not allocate themselves.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests(ITestOutputHelper output)
{
    /// <summary>Enough that the pooled buffer of 64 KiB, which a thread of the pool may take with its first turn, is lost in them.</summary>
    private const int Rounds = 20_000;

    private static int TimeoutMs => (int)Waiting.Limit.TotalMilliseconds;

    public static TheoryData<RelayEngineKind> Kinds => Engines.All;

    public static TheoryData<RelayEngineKind, Transport> All => Engines.AllWithTransports;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Transfers_OnAnEstablishedPath_AllocateNothing(RelayEngineKind kind, Transport transport)
    {
        await using var relay = new Relay(kind);
        using var backend = NewSocket(transport);
        backend.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await relay.BackendsAsync(Relay.BackendAt(((IPEndPoint)backend.LocalEndPoint!).Port));
        using var client = NewSocket(transport);
        using var server = Meet(transport, client, backend, relay.Port);
        Relayed(client, server, Rounds / 10);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Relayed(client, server, Rounds);
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        output.WriteLine($"{kind} {transport}: {(double)bytes / (2 * Rounds):F2} bytes allocated a transfer");
        bytes.ShouldBeLessThan(2 * Rounds * 8, "some bytes a transfer: not the runner's noise any more");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Shedding_ManyClients_AllocatesNothing(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind, new RelayOptions { MaxSessions = 1 });
        using var backend = NewSocket(Transport.Udp);
        backend.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await relay.BackendsAsync(Relay.BackendAt(((IPEndPoint)backend.LocalEndPoint!).Port));
        using var client = NewSocket(Transport.Udp);
        using var server = Meet(Transport.Udp, client, backend, relay.Port);
        using var shed = NewSocket(Transport.Udp);
        shed.Connect(IPAddress.Loopback, relay.Port);
        Shed(shed, client, server, Rounds / 10);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Shed(shed, client, server, Rounds);
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        output.WriteLine($"{kind}: {(double)bytes / Rounds:F2} bytes allocated a datagram that was shed");
        bytes.ShouldBeLessThan(Rounds * 16, "some bytes a datagram: not the runner's noise any more");
        relay.Counters(Transport.Udp).Refused[RefusalReason.Shed].ShouldBe(Rounds + (Rounds / 10));
    }

    /// <summary>Each is followed by one that gets through: by then it has been shed.</summary>
    private static void Shed(Socket shed, Socket client, Socket server, int rounds)
    {
        var buffer = new byte[512];
        for (var i = 0; i < rounds; i++)
        {
            shed.Send(buffer, 0, 512, SocketFlags.None);
            client.Send(buffer, 0, 512, SocketFlags.None);
            ReceiveAll(server, buffer);
        }
    }

    /// <summary>Blocking calls only: a socket that has once been used asynchronously allocates for each call.</summary>
    private static Socket Meet(Transport transport, Socket client, Socket backend, int port)
    {
        if (transport == Transport.Tcp)
        {
            backend.Listen();
            client.Connect(IPAddress.Loopback, port);
            return backend.Accept();
        }

        client.Connect(IPAddress.Loopback, port);
        client.Send("?"u8);
        EndPoint session = new IPEndPoint(IPAddress.Any, 0);
        backend.ReceiveFrom(new byte[1], ref session);
        backend.Connect(session);
        return backend;
    }

    private static Socket NewSocket(Transport transport) => transport == Transport.Tcp
        ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = TimeoutMs }
        : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = TimeoutMs };

    private static void Relayed(Socket client, Socket server, int rounds)
    {
        var buffer = new byte[512];
        for (var i = 0; i < rounds; i++)
        {
            client.Send(buffer, 0, 512, SocketFlags.None);
            ReceiveAll(server, buffer);
            server.Send(buffer, 0, 512, SocketFlags.None);
            ReceiveAll(client, buffer);
        }

    }

    private static void ReceiveAll(Socket socket, byte[] buffer)
    {
        for (var received = 0; received < 512;)
        {
            received += socket.Receive(buffer, received, 512 - received, SocketFlags.None);
        }
    }
}
