using System.Net;
using BenchmarkDotNet.Attributes;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Benchmarks.Decisions;

/// <summary>A connection let in and gone again, by a thousand clients in turn.</summary>
public class AdmissionBenchmark
{
    private const int Clients = 1000;

    private readonly AdmissionGate _gate = new(new RelayOptions().SourcePrefixIPv6);
    private AdmissionRules _rules = AdmissionRules.Compile(new RelayPolicy());
    private uint _client;

    /// <summary>Networks on each of the two lists.</summary>
    [Params(0, 100)]
    public int Networks { get; set; }

    /// <summary>Whether each source is counted.</summary>
    [Params(false, true)]
    public bool CapsSources { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _rules = AdmissionRules.Compile(new RelayPolicy
        {
            Allow = [.. Enumerable.Range(0, Networks).Select(number => IPNetwork.Parse($"10.{number}.0.0/16"))],
            Deny = [.. Enumerable.Range(0, Networks).Select(number => IPNetwork.Parse($"192.168.{number}.0/24"))],
            MaxConnections = 1000,
            MaxConnectionsPerSource = CapsSources ? 10 : 0,
        });
        for (var client = 0; client < Clients; client++)
        {
            // The table of sources grows to its size.
            EnterAndLeave();
        }
    }

    [Benchmark]
    public void EnterAndLeave()
    {
        // 10.0.0.0 and on.
        var client = ClientAddress.FromIPv4(0x0a00_0000 + (_client++ % Clients));
        if (!_gate.TryEnter(_rules, client, nowMs: 0, out var refusal))
        {
            throw new InvalidOperationException($"{client} was refused: {refusal}.");
        }

        _gate.Leave(client, nowMs: 0);
    }
}
