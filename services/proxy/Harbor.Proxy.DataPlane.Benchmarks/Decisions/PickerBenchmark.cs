using System.Net;
using BenchmarkDotNet.Attributes;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;
using Harbor.Proxy.DataPlane.Balancing;

namespace Harbor.Proxy.DataPlane.Benchmarks.Decisions;

/// <summary>A backend for a connection, and its return.</summary>
public class PickerBenchmark
{
    private readonly BackendPicker _picker = new(Transport.Tcp);
    private BackendSet _backends = BackendSet.Empty;
    private uint _client;

    [Params(1, 16, 256)]
    public int Backends { get; set; }

    [Params(BalanceMode.RoundRobin, BalanceMode.LeastConnections, BalanceMode.Random, BalanceMode.SourceHash, BalanceMode.First)]
    public BalanceMode Mode { get; set; }

    [GlobalSetup]
    public void SetUp() => _backends = BackendSet.Empty.Next(
        [.. Enumerable.Range(1, Backends).Select(number => new BackendSnapshot { Address = new IPEndPoint(IPAddress.Loopback, number), Identity = $"backend {number}" })],
        out _);

    [Benchmark]
    public void Pick()
    {
        var tried = default(TriedBackends);
        _picker.Pick(_backends, Mode, ClientAddress.FromIPv4(_client++), nowMs: 0, tried, canConnect: true)!.Tcp.Release();
    }
}
