using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>Which ports a node looks at that writes for some of the DEAs: here for <c>ours</c>.</summary>
public sealed class RouteTableShareTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RouteTable _table = new(new(), dea => dea == "ours");
    private readonly RouteChanges _changes = new();

    public RouteTableShareTests()
    {
        _table.SetPort("default/1", [("mud", 4100)], _now, _changes);
        _changes.Clear();
    }

    [Fact]
    public void Change_OnAnothersDea_IsKnownAndNotLookedAt()
    {
        Beat("theirs", "mud", 61044);

        _changes.Ports.ShouldBeEmpty();
        _table.BackendsOf("default/1").ShouldHaveSingleItem();
    }

    [Fact]
    public void Change_OnAnOwnDea_IsLookedAt()
    {
        Beat("ours", "mud", 61044);

        _changes.Ports.ShouldBe(["default/1"]);
    }

    [Theory]
    [InlineData("mud")]
    [InlineData("unbound")]
    public void Address_ThatAnInstanceOnAnOwnDeaTakes_IsLookedAtWhereItWas(string app)
    {
        Beat("theirs", "mud", 61044);

        Beat("ours", app, 61044);

        _changes.Ports.ShouldBe(["default/1"]);
    }

    [Fact]
    public void Move_FromAnOwnDea_IsLookedAt()
    {
        Beat("ours", "mud", 61044, "i1");
        _changes.Clear();

        Beat("theirs", "mud", 61044, "i1");

        _changes.Ports.ShouldBe(["default/1"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void End_OfAnInstanceOnAnothersDea_IsLookedAtInHandover(bool isInHandover)
    {
        Beat("ours", "mud", 61044, "i1");
        Beat("theirs", "mud", 61044, "i1");
        _table.BeginLook("default/1", [("mud", 4100)]);
        _table.EndLook("default/1", isInHandover);
        _changes.Clear();

        End("i1");

        _changes.Ports.ShouldBe(isInHandover ? ["default/1"] : []);
    }

    [Fact]
    public void End_OfAnInstanceOnAnothersDea_DuringALook_IsLookedAt()
    {
        Beat("theirs", "mud", 61044, "i1");
        _table.BeginLook("default/1", [("mud", 4100)]);

        End("i1");

        _changes.Ports.ShouldBe(["default/1"]);
    }

    [Theory]
    [InlineData("theirs", "ours", 0, true)]
    [InlineData("theirs", "ours", 59, true)]
    [InlineData("theirs", "ours", 60, false)]
    [InlineData("ours", "ours", 0, false)]
    [InlineData("ours", "theirs", 0, false)]
    [InlineData("theirs", "theirs", 0, false)]
    public void Address_ThatCameFromAnothersDeaToAnOwn_IsACrossing(string from, string to, int after, bool isCrossing)
    {
        Beat(from, "mud", 61044, "i1");
        End("i1");
        _changes.IsCrossing.ShouldBeFalse();

        Beat(to, "unbound", 61044, after: after);

        _changes.IsCrossing.ShouldBe(isCrossing);
    }

    [Theory]
    [InlineData("theirs", "ours", true)]
    [InlineData("ours", "theirs", true)]
    [InlineData("theirs", "theirs too", false)]
    public void Instance_ThatIsOnAnotherNodesDea_IsACrossing(string from, string to, bool isCrossing)
    {
        Beat(from, "mud", 61044, "i1");

        Beat(to, "mud", 61044, "i1");

        _changes.IsCrossing.ShouldBe(isCrossing);
    }

    [Fact]
    public void Address_ThatIsTakenFromAnothersDea_IsACrossing()
    {
        Beat("theirs", "unbound", 61044);

        Beat("ours", "mud", 61044);

        _changes.IsCrossing.ShouldBeTrue();
    }

    /// <summary>More than are remembered: each that is forgotten early may be one.</summary>
    [Fact]
    public void Departures_OfTooManyAddresses_AreACrossing()
    {
        const int remembered = 100_000;
        for (var instance = 0; instance <= remembered; instance++)
        {
            _changes.IsCrossing.ShouldBeFalse();
            Beat("theirs", "unbound", 1 + (instance % 60_000), $"i{instance}", host: $"10.0.4.{instance / 60_000}");
            _table.Apply(new DropletExited("unbound", $"i{instance}", Evacuating: false, double.NaN), _now, _changes);
        }

        _changes.IsCrossing.ShouldBeTrue();
    }

    private void End(string instance) => _table.Apply(new DropletExited("mud", instance, Evacuating: false, double.NaN), _now, _changes);

    private void Beat(string dea, string app, int port, string? instance = null, int after = 0, string host = "10.0.4.7") => _table.Apply(
        new HeartbeatReceived(dea, [new() { App = app, Instance = instance ?? $"{app}-on-{dea}", State = DropletState.Running, Began = double.NaN, Host = HostAddress.Parse(host), Ports = [new(4100, (ushort)port)] }]),
        _now.AddSeconds(after),
        _changes);
}
