using Harbor.Proxy.Routing;

namespace Harbor.Proxy.Tests.Routing;

public sealed class PortRouteTests
{
    [Fact]
    public void Want_OlderVersion_IsNotTakenIn()
    {
        var route = new PortRoute(20_001, new SharedPolicies());
        route.Want(TestPorts.Port(20_001, "new") with { Version = 7 }, unverified: false);

        route.Want(TestPorts.Port(20_001, "old") with { Version = 7 }, unverified: false).ShouldBeFalse();

        route.Wanted!.ServiceInstanceId.ShouldBe("new");
    }

    [Fact]
    public void Want_LateRepetitionAfterDeletion_IsNotTakenIn()
    {
        var route = new PortRoute(20_001, new SharedPolicies());
        route.Want(TestPorts.Port(20_001) with { Version = 7 }, unverified: false);
        route.WantNothing();

        route.Want(TestPorts.Port(20_001) with { Version = 7 }, unverified: false).ShouldBeFalse();

        route.Wanted.ShouldBeNull();
    }

    [Fact]
    public void Unverified_BackendOfTheFirstSnapshot_StaysSoWhileNothingOfItChanges()
    {
        var (kept, changed, added) = (TestPorts.Backend(instance: "kept"), TestPorts.Backend(port: 61_045, instance: "changed"), TestPorts.Backend(port: 61_046, instance: "added"));
        var route = new PortRoute(20_001, new SharedPolicies());
        route.Want(TestPorts.Port(20_001, backends: [kept, changed]) with { Version = 1 }, unverified: true);
        route.Want(TestPorts.Port(20_001, backends: [kept, changed with { Draining = true }, added]) with { Version = 2 }, unverified: false);

        route.Take().Port!.Backends.Where(backend => backend.Unverified).ShouldHaveSingleItem().Port.ShouldBe(kept.Port);
    }

    [Fact]
    public void Unverified_BackendThatWentAndCameBack_IsVerified()
    {
        var backend = TestPorts.Backend();
        var route = new PortRoute(20_001, new SharedPolicies());
        route.Want(TestPorts.Port(20_001, backends: backend) with { Version = 1 }, unverified: true);
        route.Want(TestPorts.Port(20_001) with { Version = 2 }, unverified: false);
        route.Want(TestPorts.Port(20_001, backends: backend) with { Version = 3 }, unverified: false);

        route.Take().Port!.Backends.ShouldHaveSingleItem().Unverified.ShouldBeFalse();
    }

    [Fact]
    public void Take_WhileTaken_IsForOneAtATime()
    {
        var route = new PortRoute(20_001, new SharedPolicies());

        route.TryTake().ShouldBeTrue();
        route.TryTake().ShouldBeFalse();
    }

    [Fact]
    public void Release_WhenMoreWasWantedMeanwhile_GoesOn()
    {
        var route = new PortRoute(20_001, new SharedPolicies());
        route.TryTake();
        var first = route.Take();
        route.Want(TestPorts.Port(20_001) with { Version = 1 }, unverified: false);

        route.TryRelease(first).ShouldBeFalse();
        route.TryRelease(route.Take()).ShouldBeTrue();
        route.TryTake().ShouldBeTrue();
    }

    [Fact]
    public void Relisten_IsWishedOnce_IsDoneOnce()
    {
        var route = new PortRoute(20_001, new SharedPolicies());
        route.Want(TestPorts.Port(20_001) with { Version = 1 }, unverified: false);
        route.WantRelistened("instance-1", null).ShouldBeTrue();
        route.WantAgain();

        route.Take().Relisten.ShouldBeTrue();
        route.Take().Relisten.ShouldBeFalse();
    }
}
