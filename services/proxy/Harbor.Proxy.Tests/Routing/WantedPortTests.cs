using System.Net;
using Harbor.Contracts.Ports;
using Harbor.Proxy.DataPlane;
using Harbor.Proxy.Routing;
using Harbor.State.Ports;

namespace Harbor.Proxy.Tests.Routing;

public sealed class WantedPortTests
{
    [Theory]
    [InlineData(PortProtocol.Tcp, Transports.Tcp)]
    [InlineData(PortProtocol.Udp, Transports.Udp)]
    [InlineData(PortProtocol.Both, Transports.Both)]
    public void Protocol_OfThePort_DecidesTheTransports(PortProtocol protocol, Transports expected)
        => Map(TestPorts.Port(20_001, protocol: protocol)).Transports.ShouldBe(expected);

    [Fact]
    public void Policy_NotGiven_IsTheDefaultOfEachTransport()
    {
        var snapshot = Map(TestPorts.Port(20_001, protocol: PortProtocol.Both));

        snapshot.Tcp.Balance.ShouldBe(BalanceMode.RoundRobin);
        snapshot.Tcp.IdleTimeout.ShouldBe(TimeSpan.Zero);
        snapshot.Udp.Balance.ShouldBe(BalanceMode.First);
        snapshot.Udp.IdleTimeout.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(Balance.RoundRobin, BalanceMode.RoundRobin)]
    [InlineData(Balance.LeastConnections, BalanceMode.LeastConnections)]
    [InlineData(Balance.Random, BalanceMode.Random)]
    [InlineData(Balance.SourceHash, BalanceMode.SourceHash)]
    [InlineData(Balance.First, BalanceMode.First)]
    public void Balance_Given_HoldsForBothTransports(Balance balance, BalanceMode expected)
    {
        var snapshot = Map(TestPorts.Port(20_001) with { Policy = new PortPolicy { Balance = balance } });

        snapshot.Tcp.Balance.ShouldBe(expected);
        snapshot.Udp.Balance.ShouldBe(expected);
    }

    [Fact]
    public void Policy_Given_IsTakenWhole()
    {
        var policy = new PortPolicy
        {
            Allow = ["10.0.0.0/8"],
            Deny = ["10.1.0.0/16"],
            MaxConnections = 7,
            MaxConnectionsPerSource = 2,
            ConnectionRatePerSource = 3,
            ConnectTimeoutMs = 250,
            IdleTimeoutSeconds = 9,
            HoldSeconds = 4,
        };

        var udp = Map(TestPorts.Port(20_001) with { Policy = policy }).Udp;

        udp.ShouldBe(RelayPolicy.DefaultUdp with
        {
            MaxConnections = 7,
            MaxConnectionsPerSource = 2,
            ConnectionRatePerSource = 3,
            ConnectTimeout = TimeSpan.FromMilliseconds(250),
            IdleTimeout = TimeSpan.FromSeconds(9),
            Hold = TimeSpan.FromSeconds(4),
            Allow = [IPNetwork.Parse("10.0.0.0/8")],
            Deny = [IPNetwork.Parse("10.1.0.0/16")],
        });
    }

    [Theory]
    [InlineData(ProxyProtocol.Off, ProxyHeader.None, ProxyHeader.None)]
    [InlineData(ProxyProtocol.V1, ProxyHeader.V1, ProxyHeader.None)]
    [InlineData(ProxyProtocol.V2, ProxyHeader.V2, ProxyHeader.V2)]
    public void ProxyProtocol_Version1_IsNothingForUdp(ProxyProtocol wanted, ProxyHeader tcp, ProxyHeader udp)
    {
        var snapshot = Map(TestPorts.Port(20_001) with { Policy = new PortPolicy { ProxyProtocol = wanted } });

        snapshot.Tcp.ProxyHeader.ShouldBe(tcp);
        snapshot.Udp.ProxyHeader.ShouldBe(udp);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("2001:db8::1/33", "2001:db8::/33")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    public void Network_AsOperatorsWriteIt_IsUnderstood(string written, string meant)
    {
        var tcp = Map(TestPorts.Port(20_001) with { Policy = new PortPolicy { Allow = [written], Deny = [written] } }).Tcp;

        tcp.Allow.ShouldBe([IPNetwork.Parse(meant)]);
        tcp.Deny.ShouldBe([IPNetwork.Parse(meant)]);
    }

    [Fact]
    public void Backends_InTheirOrder_KeepIdentityAndState()
    {
        var first = TestPorts.Backend("10.0.4.7", 61_044, "a");
        var second = TestPorts.Backend("10.0.4.8", 61_045, "b", draining: true);

        var backends = Map(TestPorts.Port(20_001, backends: [first, second]), isVerified: backend => backend != first).Backends;

        backends.ShouldBe(
        [
            new BackendSnapshot { Address = IPEndPoint.Parse("10.0.4.7:61044"), Identity = $"app-1/{TestPorts.Now.Ticks}", Unverified = true },
            new BackendSnapshot { Address = IPEndPoint.Parse("10.0.4.8:61045"), Identity = $"app-1/{TestPorts.Now.Ticks}", Draining = true },
        ]);
    }

    [Fact]
    public void Backend_WhoseNameIsUnknown_IsLeftOut()
    {
        var port = TestPorts.Port(20_001, backends: [TestPorts.Backend("dea-1.example.test"), TestPorts.Backend("10.0.4.8")]);

        var backends = Map(port).Backends;

        backends.ShouldHaveSingleItem().Address.Address.ShouldBe(IPAddress.Parse("10.0.4.8"));
    }

    [Fact]
    public void Backends_AtOneAddress_LeaveTheOneThatCameLast()
    {
        var port = TestPorts.Port(20_001, backends: [TestPorts.Backend("dea-1"), TestPorts.Backend("dea-1.example.test") with { AppGuid = "app-2" }]);

        var backends = Map(port, addressOf: _ => IPAddress.Parse("10.0.4.7")).Backends;

        backends.ShouldHaveSingleItem().Identity.ShouldStartWith("app-2/");
    }

    [Fact]
    public void Backend_WhoseInstanceHasAnotherId_IsTheSameProcess()
        => IdentityOf(TestPorts.Backend(instance: "updated")).ShouldBe(IdentityOf(TestPorts.Backend(instance: "before")));

    [Fact]
    public void Backend_OfALaterProcessAtTheSameAddress_IsAnother()
        => IdentityOf(TestPorts.Backend() with { Since = TestPorts.Now.AddSeconds(1) }).ShouldNotBe(IdentityOf(TestPorts.Backend()));

    private static string IdentityOf(BackendEntry backend) => Map(TestPorts.Port(20_001, backends: [backend])).Backends.ShouldHaveSingleItem().Identity;

    private static PortSnapshot Map(PortDocument port, Func<BackendEntry, bool>? isVerified = null, Func<string, IPAddress?>? addressOf = null)
    {
        addressOf ??= host => IPAddress.TryParse(host, out var address) ? address : null;
        var wanted = WantedPort.Of(port, isVerified ?? (_ => true), new SharedPolicies());
        return wanted.ToSnapshot([.. wanted.Backends.Select(backend => (backend, addressOf(backend.Host) is { } address ? new IPEndPoint(address, backend.Port) : null))]);
    }
}
