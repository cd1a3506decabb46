using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.ProxyHeaders;

namespace Harbor.Proxy.DataPlane.Benchmarks.Decisions;

/// <summary>The PROXY header of a connection.</summary>
public class ProxyHeaderBenchmark
{
    private readonly byte[] _header = new byte[ProxyHeaderWriter.MaxLength];
    private readonly byte[] _owner = Encoding.UTF8.GetBytes("5a1d3f0e-7c52-4d1c-9a55-0d6f8f2c7b11");
    private ClientEndpoint _client;
    private ClientEndpoint _local;

    [Params(ProxyHeader.V1, ProxyHeader.V2)]
    public ProxyHeader Version { get; set; }

    [Params("192.0.2.1", "2001:db8::1")]
    public string Address { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _client = ClientEndpoint.From(new IPEndPoint(IPAddress.Parse(Address), 56324));
        _local = ClientEndpoint.From(new IPEndPoint(IPAddress.Parse(Address), 35217));
    }

    [Benchmark]
    public int Write() => ProxyHeaderWriter.Write(_header, Version, Transport.Tcp, _client, _local, _owner);
}
