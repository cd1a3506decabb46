using System.Net.Sockets;
using System.Security.Cryptography;
using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Managed;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>
/// Everything at once, in random order (the seed is in the output): clients that half-close, reset, read slowly and leave, while backends come and go and policies change. Every
/// byte that arrives must be the one that was sent; a connection may end early only by a reset.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Workers = 16;
    private const int RoundsPerWorker = 600;

    /// <summary>A datagram that has not come back by then was lost to one of the changes, or is slow: the round is not whole.</summary>
    private const int LostAfterChanges = 20;

    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Soak_RandomTrafficAndChanges_LosesNoByteAndLeavesNothing(RelayEngineKind kind)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var relay = new Relay(kind);
        var backends = Enumerable.Range(0, 3).Select(_ => new TcpBackend(FreePorts.Next()).Echo()).ToList();
        var twins = backends.Select(backend => new UdpPeer(port: backend.Address.Port).Echo()).ToList();
        await relay.BackendsAsync(backends.Select(backend => backend.Snapshot));
        using var over = new CancellationTokenSource();
        var changes = new SoakChanges(relay, backends, new Random(seed));
        var changing = changes.RunAsync(over.Token);
        var whole = 0;
        await Task.WhenAll(Enumerable.Range(1, Workers).Select(async worker =>
        {
            var random = new Random(seed + worker);
            for (var round = 0; round < RoundsPerWorker; round++)
            {
                var isWhole = worker % 4 == 0 ? await UdpRoundAsync(relay, changes, random) : await TcpRoundAsync(relay, random);
                Interlocked.Add(ref whole, isWhole ? 1 : 0);
            }
        }));
        await over.CancelAsync();
        await changing;
        output.WriteLine($"{whole} of {Workers * RoundsPerWorker} rounds were whole, with {changes.Count} changes; {relay.Counters(Transport.Tcp)}; {relay.Counters(Transport.Udp)}");
        whole.ShouldBeGreaterThan(Workers * RoundsPerWorker / 4, "the changes left hardly anything to look at");
        await relay.CountersAsync(Transport.Tcp, counters => counters.Active == 0, "no connection left");
        await relay.BackendsAsync();
        await relay.CountersAsync(Transport.Udp, counters => counters.Active == 0, "no session left");
        await relay.Engine.CloseAsync(relay.Port);
        if (relay.Engine is ManagedRelayEngine managed)
        {
            await Waiting.UntilAsync(() => managed.Context is { Sessions: 0, Buffers.Rented: 0 }, () => $"no session ({managed.Context.Sessions}) or buffer ({managed.Context.Buffers.Rented}) left");
            await Waiting.UntilAsync(() => managed.Context.Relay.Limits is { Descriptors.Used: 0, Connections.Used: 0, Sessions.Used: 0 }, () => "everything to be given back");
        }

        if (relay.Engine is LinuxRelayEngine linux)
        {
            await Waiting.UntilAsync(() => linux.RentedBuffers == 0, () => $"no buffer ({linux.RentedBuffers}) left");
        }

        backends.ForEach(backend => backend.Dispose());
        twins.ForEach(twin => twin.Dispose());
    }

    /// <summary>True where everything came back; false where it was cut, which must be by a reset.</summary>
    private static async Task<bool> TcpRoundAsync(Relay relay, Random random)
    {
        var data = RandomNumberGenerator.GetBytes(random.Next(1, 400_000));
        var ending = random.Next(4);
        var received = new byte[data.Length];
        var count = 0;
        try
        {
            using var client = await TcpPeer.ConnectAsync(relay.Port);
            var sending = SendAsync(client, data, halfClose: ending != 0);
            int more;
            while (count < data.Length && (more = await client.Socket.ReceiveAsync(received.AsMemory(count, Math.Min(data.Length - count, random.Next(1, 65_536))), SocketFlags.None).AsTask().WithinAsync("an echo or a reset")) > 0)
            {
                count += more;
                if (ending == 3 && random.Next(8) == 0)
                {
                    client.Reset();
                    break;
                }

                if (ending == 2)
                {
                    await Task.Yield();
                }
            }

            await sending;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut; what came before must still be right.
            SHA256.HashData(received.AsSpan(0, count)).ShouldBe(SHA256.HashData(data.AsSpan(0, count)));
            return false;
        }

        SHA256.HashData(received.AsSpan(0, count)).ShouldBe(SHA256.HashData(data.AsSpan(0, count)));
        (ending == 3 || count == data.Length).ShouldBeTrue($"closed in order after {count} of {data.Length} bytes");
        return count == data.Length;
    }

    private static async Task SendAsync(TcpPeer client, byte[] data, bool halfClose)
    {
        await client.SendAsync(data);
        if (halfClose)
        {
            client.HalfClose();
        }
    }

    /// <summary>A datagram may be lost while backends change, but never altered or given to another client.</summary>
    private static async Task<bool> UdpRoundAsync(Relay relay, SoakChanges changes, Random random)
    {
        using var client = UdpPeer.ConnectTo(relay.Port);
        var data = RandomNumberGenerator.GetBytes(random.Next(0, 9_000));
        var lost = changes.AfterAsync(LostAfterChanges);
        client.Send(data);
        var answer = client.ReceiveAsync("an echo");
        if (await Task.WhenAny(answer, lost) != answer)
        {
            return false;
        }

        (await answer).ShouldBe(data);
        return true;
    }
}
