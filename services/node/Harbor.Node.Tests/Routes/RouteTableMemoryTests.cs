using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>A node that takes over from another learns from the store what it has not heard, and only that.</summary>
public sealed class RouteTableMemoryTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HostAddress _host = HostAddress.Parse("10.0.4.7")!.Value;

    private readonly RouteChanges _changes = new();
    private readonly RouteTable _table = new(new());

    public RouteTableMemoryTests() => _table.SetPort("default/1", [("mud", 4100)], _now, _changes);

    [Fact]
    public void Stored_OfAnInstanceThatWasNotHeard_IsABackend()
    {
        Remember("i1", 61_001);

        Ports().ShouldBe([61_001]);
    }

    [Fact]
    public void Stored_OfAnInstanceThatHasRegistered_AddsNoAddressThatItMayHaveLeft()
    {
        _table.Apply(new InstanceRegistered("d1", "mud", "i1", 0, _host, [new(4100, 61_002)]), _now, _changes);

        Remember("i1", 61_001);

        Ports().ShouldBe([61_002]);
    }

    [Fact]
    public void Stored_AtAnAddressThatAnotherHasNow_StaysAway()
    {
        _table.Apply(new InstanceRegistered("d2", "mud", "i2", 0, _host, [new(4100, 61_001)]), _now, _changes);

        Remember("i1", 61_001);

        _table.BackendsOf("default/1").ShouldHaveSingleItem().Instance.ShouldBe("i2");
    }

    [Fact]
    public void Stored_OfAHeardInstance_WhoseMainPortOnlyAnotherNodeWasTold_IsABackend()
    {
        Beat();
        _table.KnowsBetter("mud", "i1", "d1").ShouldBeFalse();

        Remember("i1", 61_001);

        Ports().ShouldBe([61_001]);
        _table.KnowsBetter("mud", "i1", "d1").ShouldBeTrue();
        Beat();
        Ports().ShouldBe([61_001]);
    }

    [Fact]
    public void Stored_OfAHeardInstance_WhoseMainPortWasTakenBack_StaysAway()
    {
        Beat();
        _table.Apply(new DropletFound("mud", "i1", _host, 61_001), _now, _changes);
        _table.Apply(new AddressesUnregistered("mud", _host, [61_001]), _now, _changes);

        Remember("i1", 61_001);

        Ports().ShouldBeEmpty();
    }

    private void Beat()
        => _table.Apply(new HeartbeatReceived("d1", [new() { App = "mud", Instance = "i1", State = DropletState.Running, Began = double.NaN }]), _now, _changes);

    private IEnumerable<int> Ports() => _table.BackendsOf("default/1").Select(backend => (int)backend.Address.Port);

    private void Remember(string instance, ushort port) =>
        _table.Remember(new Backend { Address = new(_host, port), App = "mud", Instance = instance, Index = 0, Dea = "d1", Draining = false, Since = _now }, 4100, _now, _changes);
}
