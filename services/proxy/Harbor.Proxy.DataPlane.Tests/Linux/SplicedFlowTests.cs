using System.Net.Sockets;
using System.Security.Cryptography;
using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Tests.Behaviour;

namespace Harbor.Proxy.DataPlane.Tests.Linux;

/// <summary>A flow in bulk goes through a pipe and no longer through a buffer; what holds for others must hold for it, and for who gets the pipe after it.</summary>
public sealed class SplicedFlowTests : IAsyncDisposable
{
    private const int Bulk = 96 << 20;
    private const int Part = 16 << 20;

    private readonly Relay _relay = new(RelayEngineKind.Linux);
    private readonly TcpBackend _backend = new();

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        _backend.Dispose();
    }

    [Fact]
    public async Task HalfClosed_BehindTheLastByte_ArrivesWholeAndTheOtherDirectionGoesOn()
    {
        var (client, server) = await ConnectAsync();
        var data = RandomNumberGenerator.GetBytes(Bulk);
        var sending = SendAllAsync(server, data);
        SHA256.HashData(await client.ReceiveAsync(Bulk)).ShouldBe(SHA256.HashData(data));
        await sending.WithinAsync("everything to be sent");
        await client.ClosedAsync();
        await client.SendAsync("still here");
        (await server.ReceiveTextAsync(10)).ShouldBe("still here");
        IsSpliced();
        await EndAsync(client, server, EndReason.BackendClosed);
    }

    [Fact]
    public async Task ReaderStops_ForAWhile_HoldsTheSenderBackAndLosesNothing()
    {
        var (client, server) = await ConnectAsync();
        var data = RandomNumberGenerator.GetBytes(Bulk);
        var sending = SendAllAsync(server, data);
        var first = await client.ReceiveAsync(Part);
        var (taken, looks) = (0L, 0);
        await Waiting.UntilAsync(() => IsSteady(ref taken, ref looks), () => $"the relay to stop taking; it took {taken}");
        sending.IsCompleted.ShouldBeFalse();
        taken.ShouldBeLessThan(Bulk);
        var rest = await client.ReceiveAsync(Bulk - Part);
        SHA256.HashData([.. first, .. rest]).ShouldBe(SHA256.HashData(data));
        await sending.WithinAsync("everything to be sent");
        IsSpliced();
        await EndAsync(client, server, EndReason.BackendClosed);
    }

    [Fact]
    public async Task Reset_WithBytesInThePipe_ReachesTheSenderAndLeavesNothingToTheNextFlow()
    {
        for (var round = 0; round < 3; round++)
        {
            var (client, server) = await ConnectAsync();
            var sending = SendAllAsync(server, RandomNumberGenerator.GetBytes(Bulk));
            await client.ReceiveAsync(Part);
            IsSpliced();
            client.Reset();
            await Should.ThrowAsync<SocketException>(() => sending.WithinAsync("the sender to be reset"));
            server.Dispose();
        }

        await _relay.EndedAsync(Transport.Tcp, EndReason.ClientReset, 3);
        await HalfClosed_BehindTheLastByte_ArrivesWholeAndTheOtherDirectionGoesOn();
    }

    [Fact]
    public async Task Changes_InTheMiddle_LeaveTheFlowAloneUntilItsBackendIsGone()
    {
        using var other = new TcpBackend();
        var (client, server) = await ConnectAsync();
        var data = RandomNumberGenerator.GetBytes(Bulk);
        var sending = SendAllAsync(server, data);
        var received = new List<byte[]> { await client.ReceiveAsync(Part) };
        await _relay.PolicyAsync(Transport.Tcp, policy => policy with { IdleTimeout = TimeSpan.FromMinutes(1), MaxConnections = 1, Balance = BalanceMode.Random });
        received.Add(await client.ReceiveAsync(Part));
        await _relay.BackendsAsync(other.Snapshot, _backend.Snapshot with { Draining = true });
        received.Add(await client.ReceiveAsync(Part));
        SHA256.HashData([.. received.SelectMany(part => part)]).ShouldBe(SHA256.HashData(data.AsSpan(0, 3 * Part)));
        IsSpliced();
        await _relay.BackendsAsync(other.Snapshot);
        await client.ResetAsync();
        await Should.ThrowAsync<SocketException>(() => sending.WithinAsync("the sender to be reset"));
        await _relay.EndedAsync(Transport.Tcp, EndReason.BackendGone);
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task BothWays_AtOnce_ArriveWhole()
    {
        var (client, server) = await ConnectAsync();
        var (up, down) = (RandomNumberGenerator.GetBytes(Bulk), RandomNumberGenerator.GetBytes(Bulk));
        var sending = Task.WhenAll(SendAllAsync(client, up), SendAllAsync(server, down));
        var (gotUp, gotDown) = (server.ReceiveAsync(Bulk), client.ReceiveAsync(Bulk));
        SHA256.HashData(await gotUp).ShouldBe(SHA256.HashData(up));
        SHA256.HashData(await gotDown).ShouldBe(SHA256.HashData(down));
        await sending.WithinAsync("everything to be sent");
        await client.ClosedAsync();
        await server.ClosedAsync();
        IsSpliced();
        client.Dispose();
        server.Dispose();
    }

    private async Task<(TcpPeer Client, TcpPeer Server)> ConnectAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "splice is Linux's");
        await _relay.BackendsAsync(_backend.Snapshot);
        return (await TcpPeer.ConnectAsync(_relay.Port), await _backend.AcceptAsync());
    }

    private static async Task SendAllAsync(TcpPeer peer, byte[] data)
    {
        await peer.SendAsync(data);
        peer.HalfClose();
    }

    private async Task EndAsync(TcpPeer client, TcpPeer server, EndReason reason)
    {
        client.HalfClose();
        await server.ClosedAsync();
        await _relay.EndedAsync(Transport.Tcp, reason);
        client.Dispose();
        server.Dispose();
        ((LinuxRelayEngine)_relay.Engine).RentedBuffers.ShouldBe(0);
    }

    private void IsSpliced() => ((LinuxRelayEngine)_relay.Engine).LentPipes.ShouldBeGreaterThan(0, "no flow was given a pipe: this test has seen copies only");

    /// <summary>Bytes counted were the same at forty looks in a row.</summary>
    private bool IsSteady(ref long taken, ref int looks)
    {
        var before = taken;
        taken = _relay.Counters(Transport.Tcp).BytesOut;
        looks = taken > 0 && taken == before ? looks + 1 : 0;
        return looks == 40;
    }
}
