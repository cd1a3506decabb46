using Harbor.Proxy.DataPlane.Linux;
using Harbor.Proxy.DataPlane.Tests.Behaviour;

namespace Harbor.Proxy.DataPlane.Tests.Linux;

/// <summary>Connections are shared out among the loops, also where they come faster than a loop takes in what is handed to it.</summary>
public sealed class SpreadTests
{
    private const int Clients = 64;

    [Fact]
    public async Task Connections_ThatComeAtOnceWhileALoopIsBusy_AreNotAllHandedToIt()
    {
        Assert.SkipUnless(LinuxRelayEngine.IsSupported, "needs Linux");
        using var backend = new TcpBackend().Echo();
        await using var relay = new Relay(RelayEngineKind.Linux, new RelayOptions { Loops = 2 });
        await relay.BackendsAsync(backend.Snapshot);
        var loops = ((LinuxRelayEngine)relay.Engine).Loops;
        using var free = new ManualResetEventSlim();
        var isBusy = new TaskCompletionSource();
        loops[1].Post(() =>
        {
            isBusy.SetResult();
            free.Wait(TestContext.Current.CancellationToken);
        }).ShouldBeTrue();
        await isBusy.Task.WithinAsync("the second loop to be busy");

        var clients = new List<TcpPeer>();
        for (var number = 0; number < Clients; number++)
        {
            clients.Add(await TcpPeer.ConnectAsync(relay.Port));
        }

        await Waiting.UntilAsync(() => loops.Sum(loop => loop.Load) == Clients, () => $"all to be given to a loop; they have {string.Join(" and ", loops.Select(loop => loop.Load))}");
        free.Set();
        foreach (var client in clients)
        {
            await client.SendAsync("?");
            (await client.ReceiveTextAsync(1)).ShouldBe("?");
        }

        // Some more may stay where they were accepted: a connection that is handed over costs a wake-up.
        loops[0].Connections.ShouldBeInRange(Clients / 2, Clients * 5 / 8);
        loops.Sum(loop => loop.Connections).ShouldBe(Clients);
        clients.ForEach(client => client.Dispose());
        await relay.EndedAsync(Transport.Tcp, EndReason.ClientClosed, Clients);
        loops.Sum(loop => loop.Load).ShouldBe(0);
    }
}
