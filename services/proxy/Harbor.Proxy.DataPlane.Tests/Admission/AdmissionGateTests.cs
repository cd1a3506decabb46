using System.Net;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Tests.Admission;

public sealed class AdmissionGateTests
{
    private static ClientAddress Alice { get; } = ClientAddress.From(IPAddress.Parse("192.0.2.1"));

    private static ClientAddress Bob { get; } = ClientAddress.From(IPAddress.Parse("2001:db8::b"));

    [Fact]
    public void TryEnter_DeniedAndAllowed_DenyWins()
    {
        var rules = AdmissionRules.Compile(new RelayPolicy { Allow = [IPNetwork.Parse("192.0.2.0/24")], Deny = [IPNetwork.Parse("192.0.2.1/32")] });
        new AdmissionGate(64).TryEnter(rules, Alice, 0, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(RefusalReason.Denied);
    }

    [Fact]
    public void TryEnter_NotOnTheAllowList_IsDenied()
    {
        var gate = new AdmissionGate(64);
        var rules = AdmissionRules.Compile(new RelayPolicy { Allow = [IPNetwork.Parse("192.0.2.0/24")] });
        gate.TryEnter(rules, Alice, 0, out _).ShouldBeTrue();
        gate.TryEnter(rules, Bob, 0, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(RefusalReason.Denied);
    }

    [Fact]
    public void TryEnter_AtTheCap_IsRefusedUntilOneLeaves()
    {
        var gate = new AdmissionGate(64);
        var rules = AdmissionRules.Compile(new RelayPolicy { MaxConnections = 2 });
        gate.TryEnter(rules, Alice, 0, out _).ShouldBeTrue();
        gate.TryEnter(rules, Bob, 0, out _).ShouldBeTrue();
        gate.TryEnter(rules, Alice, 0, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(RefusalReason.MaxConnections);
        gate.Leave(Bob, 0);
        gate.TryEnter(rules, Alice, 0, out _).ShouldBeTrue();
        gate.Inside.ShouldBe(2);
    }

    [Fact]
    public void TryEnter_CapSetUnderTraffic_CountsThoseThatWereThere()
    {
        var gate = new AdmissionGate(64);
        gate.TryEnter(AdmissionRules.Compile(new RelayPolicy()), Alice, 0, out _).ShouldBeTrue();
        var rules = AdmissionRules.Compile(new RelayPolicy { MaxConnectionsPerSource = 1 });
        gate.TryEnter(rules, Alice, 0, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(RefusalReason.MaxConnectionsPerSource);
        gate.TryEnter(rules, Bob, 0, out _).ShouldBeTrue();
        gate.Leave(Alice, 0);
        gate.TryEnter(rules, Alice, 0, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    public void TryEnter_Rate_LetsInOneSecondsWorthAtOnceAndThenTheRate(int rate)
    {
        var gate = new AdmissionGate(64);
        var rules = AdmissionRules.Compile(new RelayPolicy { ConnectionRatePerSource = rate });
        ComeAndGo(gate, rules, Alice, 5 * rate, 0).ShouldBe(rate);
        var admitted = 0;
        for (var nowMs = 1L; nowMs <= 10_000; nowMs++)
        {
            admitted += ComeAndGo(gate, rules, Alice, 3, nowMs);
        }

        admitted.ShouldBeInRange((10 * rate) - 1, (10 * rate) + 1);
        ComeAndGo(gate, rules, Bob, 1, 10_000).ShouldBe(1);
    }

    [Fact]
    public void TryEnter_RefusedByRate_IsNotCountedAsInside()
    {
        var gate = new AdmissionGate(64);
        var rules = AdmissionRules.Compile(new RelayPolicy { ConnectionRatePerSource = 1 });
        ComeAndGo(gate, rules, Alice, 3, 0).ShouldBe(1);
        gate.Inside.ShouldBe(0);
    }

    [Fact]
    public void Leave_NothingLeftToRemember_ForgetsTheSource()
    {
        var gate = new AdmissionGate(64);
        ComeAndGo(gate, AdmissionRules.Compile(new RelayPolicy()), Alice, 100, 0);
        gate.RememberedSources.ShouldBe(0);
    }

    [Fact]
    public void TryEnter_FloodOfSources_RemembersABoundedNumber()
    {
        var gate = new AdmissionGate(64);
        var rules = AdmissionRules.Compile(new RelayPolicy { ConnectionRatePerSource = 5 });
        for (var i = 0U; i < 100_000; i++)
        {
            ComeAndGo(gate, rules, ClientAddress.FromIPv4(i), 1, 0);
        }

        gate.RememberedSources.ShouldBeLessThanOrEqualTo(SourceTable.MaxIdleSources);
        ComeAndGo(gate, rules, Alice, 1, 2_000);
        gate.RememberedSources.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void TryEnter_BusySourceAmongAFlood_KeepsItsRate()
    {
        var gate = new AdmissionGate(64);
        var rules = AdmissionRules.Compile(new RelayPolicy { ConnectionRatePerSource = 1_000 });
        ComeAndGo(gate, rules, Alice, 2_000, 0).ShouldBe(1_000);
        ComeAndGo(gate, rules, Bob, 2_000, 0).ShouldBe(1_000);
        ComeAndGo(gate, rules, Alice, 1, 0).ShouldBe(0);
    }

    private static int ComeAndGo(AdmissionGate gate, AdmissionRules rules, ClientAddress client, int times, long nowMs)
    {
        var admitted = 0;
        for (var i = 0; i < times; i++)
        {
            if (gate.TryEnter(rules, client, nowMs, out _))
            {
                admitted++;
                gate.Leave(client, nowMs);
            }
        }

        return admitted;
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", 64, true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", 64, false)]
    [InlineData("2001:db8::1", "2001:db8:0:ff::1", 56, true)]
    [InlineData("2001:db8::1", "2001:db8::2", 128, false)]
    [InlineData("192.0.2.1", "192.0.2.2", 64, false)]
    public void TryEnter_AddressesOfOneIPv6Network_AreOneSource(string one, string other, int prefix, bool isOne)
    {
        var gate = new AdmissionGate(prefix);
        var rules = AdmissionRules.Compile(new RelayPolicy { MaxConnectionsPerSource = 1 });
        gate.TryEnter(rules, ClientAddress.From(IPAddress.Parse(one)), 0, out _).ShouldBeTrue();
        gate.TryEnter(rules, ClientAddress.From(IPAddress.Parse(other)), 0, out _).ShouldBe(!isOne);
        gate.Leave(ClientAddress.From(IPAddress.Parse(one)), 0);
        gate.TryEnter(rules, ClientAddress.From(IPAddress.Parse(one)), 0, out _).ShouldBeTrue();
    }
}
