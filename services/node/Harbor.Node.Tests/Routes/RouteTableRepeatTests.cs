using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>Which heartbeats need not be read again. That none is passed over that would have changed something is what <see cref="RouteTableModelTests"/> shows.</summary>
public sealed class RouteTableRepeatTests
{
    private static readonly HostAddress _host = HostAddress.Parse("10.0.4.7")!.Value;

    private readonly RouteTable _table = new(new());
    private readonly RouteChanges _changes = new();
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public RouteTableRepeatTests() => _table.SetPort("default/1", [("mud", 4100)], _now, _changes);

    [Fact]
    public void Heartbeat_ThatChangedNothing_IsKnownAgain()
    {
        Beat(1);
        Repeats(1).ShouldBeFalse("the first has put the instances in");
        Beat(1);

        Repeats(1).ShouldBeTrue();
        Repeats(2).ShouldBeFalse("of another nothing is known");
    }

    [Fact]
    public void Heartbeat_KnownAgain_KeepsItsDeaFromBeingSilent()
    {
        Beat(1);
        Beat(1);
        for (var second = 0; second < 90; second++)
        {
            _now = _now.AddSeconds(1);
            if (second % 10 == 0)
            {
                Repeats(1).ShouldBeTrue();
            }

            _table.Tick(_now, _changes);
        }

        Backends.ShouldBe(2);
    }

    [Fact]
    public void Heartbeat_OfASilentDea_IsReadAgain()
    {
        Beat(1);
        Beat(1);
        for (var second = 0; second < 31; second++)
        {
            _now = _now.AddSeconds(1);
            _table.Tick(_now, _changes);
        }

        Repeats(1).ShouldBeFalse();
    }

    [Fact]
    public void Heartbeat_OnceAnotherOfItsDeaCame_IsReadAgain()
    {
        Beat(1);
        Beat(1);
        _table.Apply(new HeartbeatReceived("d1", [Running("i1", 61044)]) { Fingerprint = 2 }, _now, _changes);

        Repeats(1).ShouldBeFalse();
    }

    [Fact]
    public void Heartbeat_OnceItsInstanceExited_IsReadAgainForAsLongAsTheExitIsRemembered()
    {
        Beat(1);
        Beat(1);
        _table.Apply(new DropletExited("mud", "i1", Evacuating: false, double.NaN), _now, _changes);

        Repeats(1).ShouldBeFalse();
        Beat(1);
        Beat(1);
        Repeats(1).ShouldBeFalse("that the instance is none ends with the memory of its exit");
    }

    [Fact]
    public void Heartbeat_OnceAnotherDeaClaimedItsAddress_IsReadAgain()
    {
        Beat(1);
        Beat(1);
        _table.Apply(new HeartbeatReceived("d2", [Running("i9", 61044), Running("i8", 61046)]), _now, _changes);

        Repeats(1).ShouldBeFalse();
    }

    [Fact]
    public void Heartbeat_WithACrashedInstance_IsKnownAgain_UntilThatAppearsElsewhere()
    {
        // Not bound, and so nobody is told each time that it is no backend; but it may hold an address of one that is.
        var heartbeat = new HeartbeatReceived("d1", [Crashed("i1", 7), Running("i2", 61045)]) { Fingerprint = 1 };
        _table.Apply(heartbeat, _now, _changes);
        _table.Apply(heartbeat, _now, _changes);
        Repeats(1).ShouldBeTrue();

        _table.Apply(new HeartbeatReceived("d2", [Running("i1", 61044) with { App = "unbound", Began = 6 }, Running("i8", 61046)]), _now, _changes);
        _table.InstanceCount.ShouldBe(3);

        Repeats(1).ShouldBeFalse();
        _table.Apply(heartbeat, _now, _changes);
        _table.InstanceCount.ShouldBe(2, "it says of the same state that it is over");
    }

    [Fact]
    public void Heartbeat_WithAnEarlierStateOfAnInstanceElsewhere_IsReadAgainWhenThatIsAnother()
    {
        var heartbeat = new HeartbeatReceived("d1", [Crashed("i1", 7), Running("i2", 61045)]) { Fingerprint = 1 };
        _table.Apply(new HeartbeatReceived("d2", [Running("i1", 61044) with { App = "unbound", Began = 8 }, Running("i8", 61046)]), _now, _changes);
        _table.Apply(heartbeat, _now, _changes);
        _table.Apply(heartbeat, _now, _changes);
        Repeats(1).ShouldBeTrue();

        _table.Apply(new HeartbeatReceived("d2", [Running("i8", 61046), Running("i9", 61047)]), _now, _changes);
        _table.Apply(new HeartbeatReceived("d3", [Running("i1", 61044) with { App = "unbound", Began = 6 }, Running("i7", 61048)]), _now, _changes);

        Repeats(1).ShouldBeFalse();
    }

    [Fact]
    public void Heartbeat_WithWhatAnotherDeasNamesAsNotRunningToo_IsReadEachTime()
    {
        var first = new HeartbeatReceived("d1", [Crashed("i1", 7), Running("i2", 61045)]) { Fingerprint = 1 };
        var second = new HeartbeatReceived("d2", [Crashed("i1", 7), Running("i8", 61046)]) { Fingerprint = 2 };
        for (var time = 0; time < 2; time++)
        {
            _table.Apply(first, _now, _changes);
            _table.Apply(second, _now, _changes);
        }

        Repeats(1).ShouldBeTrue();
        Repeats(2).ShouldBeFalse();
        _table.Apply(new HeartbeatReceived("d3", [Running("i1", 61044) with { App = "unbound", Began = 6 }, Running("i7", 61048)]), _now, _changes);
        Repeats(1).ShouldBeFalse();
    }

    [Fact]
    public void Heartbeat_OfMoreNotRunningThanAreKept_IsReadEachTime()
    {
        var table = new RouteTable(new() { MaxExits = 10 });
        var heartbeat = new HeartbeatReceived("d1", [.. Enumerable.Range(0, 11).Select(number => Crashed($"c{number}", 7))]) { Fingerprint = 1 };
        for (var time = 0; time < 3; time++)
        {
            table.Apply(heartbeat, _now, _changes);
            table.TryRepeat(1, _now).ShouldBeFalse();
        }

        var another = new HeartbeatReceived("d1", [.. Enumerable.Range(0, 10).Select(number => Crashed($"c{number}", 7))]) { Fingerprint = 2 };
        table.Apply(another, _now, _changes);
        table.TryRepeat(2, _now).ShouldBeTrue();
    }

    [Fact]
    public void Heartbeat_OnceAnApplicationWasBound_IsReadAgain()
    {
        Beat(1);
        Beat(1);
        _table.SetPort("default/2", [("chat", 4100)], _now, _changes);

        Repeats(1).ShouldBeFalse();
    }

    [Fact]
    public void Heartbeat_WithAnInstanceWhoseMainPortIsToBeAskedFor_IsReadEachTime()
    {
        var heartbeat = new HeartbeatReceived("d1", [Running("i1", null), Running("i2", null)]) { Fingerprint = 1 };
        for (var time = 0; time < 3; time++)
        {
            _table.Apply(heartbeat, _now, _changes);
            Repeats(1).ShouldBeFalse();
        }
    }

    [Fact]
    public void Heartbeat_WithAnInstanceWhoseMainPortAnotherNodeAsksFor_IsReadEachTime()
    {
        var owns = false;
        var table = new RouteTable(new(), _ => owns);
        table.SetPort("default/1", [("mud", 4100)], _now, _changes);
        var heartbeat = new HeartbeatReceived("d1", [Running("i1", null), Running("i2", null)]) { Fingerprint = 1 };
        for (var time = 0; time < 3; time++)
        {
            table.Apply(heartbeat, _now, _changes);
            table.TryRepeat(1, _now).ShouldBeFalse("whoever owns the DEA next asks with the next heartbeat");
        }

        _changes.Unaddressed.ShouldBeEmpty();
        owns = true;
        table.Apply(heartbeat, _now, _changes);
        _changes.Unaddressed.ShouldBe(["mud"]);
    }

    [Fact]
    public void Heartbeat_WithATimeToCome_IsReadEachTime()
    {
        var began = _now.AddSeconds(40).ToUnixTimeSeconds();
        var heartbeat = new HeartbeatReceived("d1", [Running("i1", 61044) with { Began = began }, Running("i2", 61045)]) { Fingerprint = 1 };
        for (var time = 0; time < 3; time++)
        {
            _table.Apply(heartbeat, _now, _changes);
            Repeats(1).ShouldBeFalse();
        }
    }

    private int Backends => _table.BackendsOf("default/1").Count;

    private bool Repeats(int fingerprint) => _table.TryRepeat((UInt128)fingerprint, _now);

    private void Beat(int fingerprint)
        => _table.Apply(new HeartbeatReceived("d1", [Running("i1", 61044), Running("i2", 61045)]) { Fingerprint = (UInt128)fingerprint }, _now, _changes);

    private static DropletReport Crashed(string instance, double began) => new() { App = "unbound", Instance = instance, State = DropletState.Other, Began = began };

    private static DropletReport Running(string instance, int? port) => new()
    {
        App = "mud",
        Instance = instance,
        State = DropletState.Running,
        Began = double.NaN,
        Host = port is null ? null : _host,
        Ports = port is { } known ? [new(4100, (ushort)known)] : null,
    };
}
