using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

[Collection(nameof(Alone))]
public sealed class ManyPortsTests(ITestOutputHelper output)
{
    private const int Count = 5_001;

    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Ports_AWholeRangeOfBothTransports_IsOpenAndRelays(RelayEngineKind kind)
    {
        Assert.SkipUnless(RelayLimits.ReadDescriptorLimit() >= 12_000, "needs 12,000 descriptors");
        await using var relay = new Relay(kind);
        using var tcp = new TcpBackend(FreePorts.Next()).Answer('t');
        using var udp = new UdpPeer(port: tcp.Address.Port).Answer('u');
        var candidates = new Queue<int>(Enumerable.Range(0, Count + 200).Select(_ => FreePorts.Next()));
        var ports = new List<int>();
        var before = Environment.WorkingSet;
        var started = TimeProvider.System.GetTimestamp();
        while (ports.Count < Count)
        {
            var port = candidates.Dequeue();
            var result = await relay.Engine.ApplyAsync(relay.Snapshot with { Port = port, Backends = [tcp.Snapshot] }, CancellationToken.None);
            if (result.IsOpen)
            {
                ports.Add(port);
            }
            else
            {
                // Another process was faster; never we ourselves.
                result.Reason.ShouldBe("address already in use");
                (result.Holder ?? "").ShouldNotContain($"({Environment.ProcessId})");
            }
        }

        output.WriteLine($"{kind}: {Count} ports of both transports open in {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:F0} ms, RSS grew by {(Environment.WorkingSet - before) >> 20} MiB");
        relay.Engine.OpenPorts.Count.ShouldBe(Count);
        foreach (var port in ports.Where((_, i) => i % 500 == 0))
        {
            (await Asking.WhoAsync(port, Transport.Tcp)).ShouldBe('t');
            (await Asking.WhoAsync(port, Transport.Udp)).ShouldBe('u');
        }
    }
}
