using System.Net;
using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Admission;

namespace Harbor.Proxy.DataPlane.Tests.Admission;

public sealed class AdmissionRulesTests
{
    [Fact]
    public void Compile_EqualPolicy_LeavesTheRulesAsTheyAre()
    {
        var rules = AdmissionRules.Compile(Policy());
        AdmissionRules.Compile(Policy(), rules).ShouldBeSameAs(rules);
    }

    [Fact]
    public void Compile_OtherList_IsGoneByAtOnce()
    {
        var rules = AdmissionRules.Compile(Policy());
        var next = AdmissionRules.Compile(Policy() with { Deny = [] }, rules);
        rules.Admits(ClientAddress.From(IPAddress.Parse("10.1.2.3"))).ShouldBeFalse();
        next.Admits(ClientAddress.From(IPAddress.Parse("10.1.2.3"))).ShouldBeTrue();
    }

    [Fact]
    public void Compile_OtherTimesAndTheSameLists_KeepsTheLists()
    {
        var next = AdmissionRules.Compile(Policy() with { Hold = TimeSpan.FromSeconds(3) }, AdmissionRules.Compile(Policy()));
        next.HoldMs.ShouldBe(3_000);
        next.Admits(ClientAddress.From(IPAddress.Parse("10.1.2.3"))).ShouldBeFalse();
        next.Admits(ClientAddress.From(IPAddress.Parse("10.2.2.3"))).ShouldBeTrue();
    }

    [Fact]
    public void Compile_OnePolicyOfManyPorts_IsOneObject()
    {
        var policy = Policy();
        AdmissionRules.Compile(policy).ShouldBeSameAs(AdmissionRules.Compile(policy, AdmissionRules.Compile(RelayPolicy.DefaultTcp)));
    }

    private static RelayPolicy Policy() => new() { Allow = [IPNetwork.Parse("10.0.0.0/8")], Deny = [IPNetwork.Parse("10.1.0.0/16")] };
}
