using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

[Collection(nameof(Alone))]
public sealed class DescriptorTests
{
    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Engine_AfterAllKindsOfTraffic_LeavesNoDescriptor(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "counts in /proc");
        // The first round makes what the runtime makes once.
        await UseAsync(kind);
        var before = Sockets();
        for (var round = 0; round < 3; round++)
        {
            await UseAsync(kind);
        }

        await Waiting.UntilAsync(() => Sockets() <= before, () => $"{before} descriptors; there are {Sockets()}");
    }

    private static async Task UseAsync(RelayEngineKind kind)
    {
        await using var relay = new Relay(kind);
        using var tcp = new TcpBackend(FreePorts.Next()).Answer('t');
        using var udp = new UdpPeer(port: tcp.Address.Port).Answer('u');
        await relay.PolicyAsync(Transport.Tcp, policy => policy with { Balance = BalanceMode.First, MaxConnectionsPerSource = 50 });
        await relay.BackendsAsync(Relay.BackendAt(FreePorts.Next()), tcp.Snapshot);
        var askers = new List<Asker>();
        for (var i = 0; i < 100; i++)
        {
            askers.Add(await Asking.AskAsync(relay.Port, i % 2 == 0 ? Transport.Tcp : Transport.Udp));
            (await askers[^1].AnswerAsync()).ShouldBe(i % 2 == 0 ? 't' : 'u');
        }

        // Some leave by themselves, one backend is gone, the rest end with the engine.
        askers[..30].ForEach(asker => asker.Dispose());
        await relay.BackendsAsync(tcp.Snapshot);
        using var refused = await Asking.AskAsync(relay.Port, Transport.Tcp);
        await relay.BackendsAsync();
        await relay.EndedAsync(Transport.Tcp, EndReason.BackendGone, 30);
        askers.ForEach(asker => asker.Dispose());
    }

    /// <summary>Sockets and event descriptors; files come and go with the runner.</summary>
    private static int Sockets() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(path => new FileInfo(path).LinkTarget is { } target && (target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("anon_inode:", StringComparison.Ordinal) || target.StartsWith("pipe:", StringComparison.Ordinal)));
}
