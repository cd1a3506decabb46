using System.Net;
using Harbor.Proxy.DataPlane.Backends;

namespace Harbor.Proxy.DataPlane.Tests.Backends;

public sealed class BackendSetTests
{
    [Fact]
    public void Next_SameAddressAndIdentity_KeepsTheState()
    {
        var first = BackendSet.Empty.Next([Backend(1, "a"), Backend(2, "b")], out _);
        var second = first.Next([Backend(2, "b") with { Draining = true }, Backend(1, "a")], out var gone);
        gone.ShouldBeEmpty();
        second.Members[0].State.ShouldBeSameAs(first.Members[1].State);
        second.Members[0].IsDraining.ShouldBeTrue();
        second.Members[1].State.ShouldBeSameAs(first.Members[0].State);
    }

    [Fact]
    public void Next_LeftOut_IsGone()
    {
        var first = BackendSet.Empty.Next([Backend(1, "a"), Backend(2, "b")], out _);
        first.Next([Backend(2, "b")], out var gone);
        gone.ShouldBe([first.Members[0].State]);
        first.Members[0].State.IsGone.ShouldBeTrue();
        first.Members[1].State.IsGone.ShouldBeFalse();
    }

    [Fact]
    public void Next_SameAddressOtherIdentity_IsGoneAndNew()
    {
        var first = BackendSet.Empty.Next([Backend(1, "a")], out _);
        var second = first.Next([Backend(1, "b")], out var gone);
        gone.ShouldBe([first.Members[0].State]);
        second.Members[0].State.IsGone.ShouldBeFalse();
    }

    [Fact]
    public void Next_HeardOf_IsVerifiedAndStaysSo()
    {
        var first = BackendSet.Empty.Next([Backend(1, "a") with { Unverified = true }], out _);
        first.Members[0].State.IsVerified.ShouldBeFalse();
        var second = first.Next([Backend(1, "a")], out _);
        second.Next([Backend(1, "a") with { Unverified = true }], out _).Members[0].State.IsVerified.ShouldBeTrue();
    }

    [Fact]
    public void Next_SameBackendTwice_HasTwoStates()
    {
        var set = BackendSet.Empty.Next([Backend(1, "a"), Backend(1, "a")], out _);
        set.Next([Backend(1, "a")], out var gone);
        gone.ShouldBe([set.Members[1].State]);
    }

    private static BackendSnapshot Backend(int port, string identity) =>
        new() { Address = new IPEndPoint(IPAddress.Loopback, port), Identity = identity };
}
