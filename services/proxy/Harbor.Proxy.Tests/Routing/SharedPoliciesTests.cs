using Harbor.Contracts.Ports;
using Harbor.Proxy.Routing;

namespace Harbor.Proxy.Tests.Routing;

public sealed class SharedPoliciesTests
{
    private readonly SharedPolicies _policies = new();

    [Fact]
    public void Share_PoliciesThatSayTheSame_AreOne()
        => _policies.Share(Policy(allow: "10.0.0.0/8")).ShouldBeSameAs(_policies.Share(Policy(allow: "10.0.0.0/8")));

    [Theory]
    [InlineData("10.1.0.0/16", "192.0.2.0/24", 7)]
    [InlineData("10.0.0.0/8", "192.0.3.0/24", 7)]
    [InlineData("10.0.0.0/8", "192.0.2.0/24", 8)]
    public void Share_PoliciesThatDifferInOneRule_AreTwo(string allow, string deny, int most)
        => _policies.Share(Policy(allow, deny, most)).ShouldNotBeSameAs(_policies.Share(Policy("10.0.0.0/8", "192.0.2.0/24", 7)));

    [Fact]
    public void Share_MoreThanAreRemembered_AreStillRight()
    {
        var all = Enumerable.Range(1, 1_000).Select(most => _policies.Share(Policy(most: most))).ToList();

        all.Select(policy => policy.Tcp.MaxConnections).ShouldBe(Enumerable.Range(1, 1_000));
    }

    private static PortPolicy Policy(string allow = "10.0.0.0/8", string deny = "192.0.2.0/24", int most = 7) => new() { Allow = [allow], Deny = [deny], MaxConnections = most };
}
