using Harbor.Contracts.Ports;
using Harbor.State.Pools;
using Harbor.State.Ports;

namespace Harbor.Proxy.Tests;

/// <summary>Stored ports and backends. No test here listens, so that the numbers are free to choose.</summary>
internal static class TestPorts
{
    public static DateTimeOffset Now { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static PortDocument Port(int port, string instance = "instance-1", PortProtocol protocol = PortProtocol.Tcp, params BackendEntry[] backends) => new()
    {
        Id = PortDocument.IdOf(PoolDocument.DefaultName, port),
        Pool = PoolDocument.DefaultName,
        Port = port,
        Protocol = protocol,
        ServiceInstanceId = instance,
        State = PortState.Active,
        Policy = new PortPolicy(),
        AllocatedAt = Now,
        Backends = backends,
    };

    public static BackendEntry Backend(string host = "10.0.4.7", int port = 61_044, string instance = "a91c03f7", bool draining = false) => new()
    {
        Host = host,
        Port = port,
        AppGuid = "app-1",
        InstanceId = instance,
        Draining = draining,
        Since = Now,
    };
}
