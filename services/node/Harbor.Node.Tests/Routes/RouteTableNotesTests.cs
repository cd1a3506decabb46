using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>A reason that is another node's to tell does not count as told.</summary>
public sealed class RouteTableNotesTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RouteChanges _changes = new();
    private readonly RouteTable _table;
    private bool _owns;

    public RouteTableNotesTests()
    {
        _table = new(new(), _ => _owns);
        _table.SetPort("default/1", [("mud", 4100)], _now, _changes);
    }

    [Fact]
    public void Reason_HeardBeforeTheDeaIsOwned_IsToldOnceItIs()
    {
        Beat(DropletState.Running);
        Told().ShouldBeEmpty();

        _owns = true;
        Beat(DropletState.Running);
        Beat(DropletState.Running);

        Told().ShouldBe([RouteReason.NoAddress]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void End_SeenBeforeTheDeaIsOwned_IsToldOnceItIs(bool exits)
    {
        Beat(DropletState.Running);
        if (exits)
        {
            _table.Apply(new DropletExited("mud", "i1", Evacuating: false, double.NaN), _now, _changes);
        }

        Beat(exits ? DropletState.Running : DropletState.Other);
        Told().ShouldBeEmpty();

        _owns = true;
        Beat(exits ? DropletState.Running : DropletState.Other);

        Told().ShouldBe([exits ? RouteReason.Exited : RouteReason.NotRunning]);
    }

    [Fact]
    public void Reason_ThatComesBackAfterAnotherNodesTurn_IsToldAgain()
    {
        _owns = true;
        Beat(DropletState.Other);
        _owns = false;
        Beat(DropletState.Running);
        Beat(DropletState.Other);

        _owns = true;
        Beat(DropletState.Other);

        Told().ShouldBe([RouteReason.NotRunning, RouteReason.NotRunning]);
    }

    [Fact]
    public void Reasons_OfOthersDeas_DoNotFillWhatOneApplicationMayHaveTold()
    {
        for (var instance = 0; instance < 2_000; instance++)
        {
            Beat(DropletState.Other, $"made-up-{instance}");
        }

        _owns = true;
        Beat(DropletState.Running);

        Told().ShouldBe([RouteReason.NoAddress]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Address_ThatAnotherHolds_IsToldOnce_WhereItsPortIsBound(bool bound)
    {
        _owns = true;
        if (bound)
        {
            _table.SetPort("default/2", [("mud", 4200)], _now, _changes);
        }

        var host = HostAddress.Parse("10.0.4.7")!.Value;
        _table.Apply(new HeartbeatReceived("d2", [Named("u", 10, new PortMapping(8080, 61050)), Named("v", 10, new PortMapping(8080, 61051))]), _now, _changes);
        for (var time = 0; time < 3; time++)
        {
            _table.Apply(new HeartbeatReceived("d1", [Named("mud", 5, new(4100, 61044), new(4200, 61050))]), _now, _changes);
        }

        Told().ShouldBe(bound ? [RouteReason.AddressHeld] : []);
        _table.BackendsOf("default/1").Count.ShouldBe(1);

        DropletReport Named(string app, double began, params PortMapping[] ports)
            => new() { App = app, Instance = "i1", State = DropletState.Running, Began = began, Host = host, Ports = ports };
    }

    private IEnumerable<RouteReason> Told() => _changes.Notes.Select(note => note.Reason);

    private void Beat(DropletState state, string instance = "i1")
        => _table.Apply(new HeartbeatReceived("d1", [new() { App = "mud", Instance = instance, State = state, Began = double.NaN }, new() { App = "u", Instance = "u", State = DropletState.Running }]), _now, _changes);
}
