using Harbor.Proxy.DataPlane.Admission;
using Harbor.Testing.Ports;

namespace Harbor.Proxy.DataPlane.Tests.Behaviour;

/// <summary>A pool's whole range, as a worker has it.</summary>
[Collection(nameof(Alone))]
public sealed class ManyPortsTests(ITestOutputHelper output)
{
    private const int Count = 5_001;
    private const int Connections = 4_000;

    /// <summary>What the requirement allows; the engine's own sockets and pipes are counted against it.</summary>
    private const int Descriptors = 20_000;

    public static TheoryData<RelayEngineKind> All => Engines.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Ports_AWholeRangeOfBothTransports_IsOpenAndRelays(RelayEngineKind kind)
    {
        Assert.SkipUnless(RelayLimits.ReadDescriptorLimit() >= 12_000, "needs 12,000 descriptors");
        await using var relay = new Relay(kind);
        using var tcp = new TcpBackend(FreePorts.Next()).Answer('t');
        using var udp = new UdpPeer(port: tcp.Address.Port).Answer('u');
        using var range = new WholeRange(Count);
        var (rss, heap, started) = (Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: true), TimeProvider.System.GetTimestamp());
        await OpenAsync(relay, range, tcp.Snapshot);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        rss = Environment.WorkingSet - rss;
        heap = GC.GetTotalMemory(forceFullCollection: true) - heap;
        output.WriteLine($"{kind}: {Count} ports of both transports open in {elapsed.TotalMilliseconds:F0} ms; RSS grew by {rss >> 20} MiB, the heap by {heap >> 10} KiB");
        heap.ShouldBeLessThan(30 << 20);
        relay.Engine.OpenPorts.Count.ShouldBe(Count);
        foreach (var port in range.Ports.Where((_, i) => i % 500 == 0))
        {
            (await Asking.WhoAsync(port, Transport.Tcp)).ShouldBe('t');
            (await Asking.WhoAsync(port, Transport.Udp)).ShouldBe('u');
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Ports_AWholeRangeAndFourThousandConnections_FitIntoTwentyThousandDescriptors(RelayEngineKind kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "counts in /proc");
        Assert.SkipUnless(RelayLimits.ReadDescriptorLimit() >= Descriptors, $"needs {Descriptors} descriptors");
        await using var relay = new Relay(kind);
        using var range = new WholeRange(Count);
        var before = OpenDescriptors();
        using var both = await OtherProcess.ConnectManyAsync(FreePorts.Next(), async backend =>
        {
            await OpenAsync(relay, range, Relay.BackendAt(backend));
            return [.. range.Ports.Where((_, i) => i % 10 == 0)];
        }, Connections);
        var taken = OpenDescriptors() - before;
        output.WriteLine($"{kind}: {taken} descriptors");
        taken.ShouldBeLessThanOrEqualTo(Descriptors - RelayLimits.KeptForOthers);
        range.Ports.Sum(port => relay.Engine.GetCounters(port, Transport.Tcp)!.Active).ShouldBe(Connections);
        range.Ports.Sum(port => relay.Engine.GetCounters(port, Transport.Tcp)!.BytesOut).ShouldBe(Connections, "a byte came back on each");
    }

    private static async Task OpenAsync(Relay relay, WholeRange range, BackendSnapshot backend)
    {
        foreach (var port in range.Ports)
        {
            var result = await relay.Engine.ApplyAsync(relay.Snapshot with { Port = port, Backends = [backend] }, CancellationToken.None);
            result.IsOpen.ShouldBeTrue($"{port}: {result.Transport} {result.Reason} {result.Holder}");
        }
    }

    private static int OpenDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    /// <summary>Ports as many as a pool has, wherever they are free. Owns them until disposed.</summary>
    private sealed class WholeRange : IDisposable
    {
        private const int Piece = 50;

        private readonly List<PortRange> _pieces = [];

        public WholeRange(int count)
        {
            while (_pieces.Count * Piece < count)
            {
                _pieces.Add(FreePorts.Reserve(Piece));
            }

            Ports = [.. _pieces.SelectMany(piece => Enumerable.Range(piece.First, piece.Count)).Take(count)];
        }

        public IReadOnlyList<int> Ports { get; }

        public void Dispose() => _pieces.ForEach(piece => piece.Dispose());
    }
}
