using System.Net;
using System.Net.Sockets;
using Harbor.Proxy.DataPlane.Ports;
using Harbor.Testing.Ports;
using Microsoft.Extensions.Time.Testing;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

public sealed class DrainTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_TakesNoNewOnesAndWaitsForThoseThatAreThere(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var tcp = new TcpBackend().Answer('t');
        using var udp = new UdpPeer().Answer('u');
        await relay.PolicyAsync(Transport.Udp, policy => policy with { IdleTimeout = TimeSpan.FromSeconds(3) });
        await relay.BackendsAsync(udp.Snapshot, tcp.Snapshot);
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.First });
        await relay.BackendsAsync(tcp.Snapshot with { }, udp.Snapshot with { Draining = true });
        using var connection = await Asking.AskAsync(relay.Port, Transport.Tcp);
        (await connection.AnswerAsync()).ShouldBe('t');
        await relay.BackendsAsync(udp.Snapshot, tcp.Snapshot with { Draining = true });
        using var session = await Asking.AskAsync(relay.Port, Transport.Udp);
        (await session.AnswerAsync()).ShouldBe('u');

        var draining = relay.Engine.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None).AsTask();

        await RefusesAsync(relay.Port);
        await connection.AskAsync();
        (await connection.AnswerAsync()).ShouldBe('t');
        await session.AskAsync();
        (await session.AnswerAsync()).ShouldBe('u');
        draining.IsCompleted.ShouldBeFalse();
        connection.Dispose();
        await draining.WithinAsync("the drain to end with the last session");
        relay.Engine.OpenPorts.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_OutOfTime_ResetsTheRest(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var backend = new TcpBackend();
        await relay.BackendsAsync(backend.Snapshot);
        using var client = await TcpPeer.ConnectAsync(relay.Port);
        using var server = await backend.AcceptAsync();
        await relay.Engine.DrainAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None).AsTask().WithinAsync("the drain to give up");
        await client.ResetAsync();
        await server.ResetAsync();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_ManyThatStay_AreNotResetAllAtOnce(RelayEngineKind kind)
    {
        var time = new FakeTimeProvider();
        await using var relay = new Relay(kind, time: time);
        using var backend = new TcpBackend(FreePorts.Next()).Answer('a');
        using var twin = new UdpPeer(port: backend.Address.Port).Answer('a');
        await relay.BackendsAsync(backend.Snapshot);
        var askers = new List<Asker>();
        for (var i = 0; i < 64; i++)
        {
            askers.Add(await Asking.AskAsync(relay.Port, i % 2 == 0 ? Transport.Tcp : Transport.Udp));
            await askers[^1].AnswerAsync();
        }

        var draining = relay.Engine.DrainAsync(TimeSpan.FromSeconds(10), CancellationToken.None).AsTask();
        // The drain's clock stands still unless it is moved on, and then at most one share is due.
        await Waiting.UntilAsync(() => Ended(relay, time) > 0, () => "the first to be reset");
        Ended(relay).ShouldBeLessThan(32);
        await Waiting.UntilAsync(() => Advance(time, draining), () => "the drain to end");
        foreach (var asker in askers)
        {
            await asker.RefusedAsync();
        }
    }

    /// <summary>The next process takes the port over while this one waits for connections of other ports.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Drain_OfAUdpPort_GivesThePortBackWithItsLastSession(RelayEngineKind kind)
    {
        var time = new FakeTimeProvider();
        await using var relay = new Relay(kind, time: time);
        using var backend = new TcpBackend(FreePorts.Next()).Answer('a');
        using var twin = new UdpPeer(port: backend.Address.Port).Answer('a');
        await relay.BackendsAsync(backend.Snapshot);
        var unused = relay.Snapshot with { Port = FreePorts.Next(), Transports = Transports.Udp };
        (await relay.Engine.ApplyAsync(unused, CancellationToken.None)).IsOpen.ShouldBeTrue();
        using var connection = await Asking.AskAsync(relay.Port, Transport.Tcp);
        (await connection.AnswerAsync()).ShouldBe('a');
        using var session = await Asking.AskAsync(relay.Port, Transport.Udp);
        (await session.AnswerAsync()).ShouldBe('a');
        IsFree(unused.Port).ShouldBeFalse();

        var draining = relay.Engine.DrainAsync(TimeSpan.FromDays(1), CancellationToken.None).AsTask();

        await Waiting.UntilAsync(() => IsFree(unused.Port), () => "the port without a session to be free");
        await session.AskAsync();
        (await session.AnswerAsync()).ShouldBe('a');
        IsFree(relay.Port).ShouldBeFalse();
        time.Advance(relay.Snapshot.Udp.IdleTimeout + TimeSpan.FromSeconds(1));
        await relay.EndedAsync(Transport.Udp, EndReason.Idle);
        await Waiting.UntilAsync(() => IsFree(relay.Port), () => "the port to be free after its last session");
        draining.IsCompleted.ShouldBeFalse();
        await connection.AskAsync();
        (await connection.AnswerAsync()).ShouldBe('a');
        connection.Dispose();
        await draining.WithinAsync("the drain to end");
    }

    /// <summary>Another process could listen there over UDP.</summary>
    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static bool Advance(FakeTimeProvider time, Task draining)
    {
        time.Advance(DrainPace.Step);
        return draining.IsCompleted;
    }

    private static long Ended(Relay relay, FakeTimeProvider? time = null)
    {
        time?.Advance(DrainPace.Step);
        return relay.Counters(Transport.Tcp).Ended.GetValueOrDefault(EndReason.Drained) + relay.Counters(Transport.Udp).Ended.GetValueOrDefault(EndReason.Drained);
    }

    /// <summary>An engine may close its listeners a moment after the call; a connection that came before is nobody's.</summary>
    private static async Task RefusesAsync(int port)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                (await TcpPeer.ConnectAsync(port)).Reset();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return;
            }
            catch (SocketException)
            {
                // Cut while it was being accepted.
            }

            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Waiting.Limit, "the port still listens");
        }
    }
}
