using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>However much is published, what is kept of it is bounded, and what has a port is not kept out by what has none.</summary>
public sealed class RouteTableBoundsTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly HostAddress _host = HostAddress.Parse("10.0.4.7")!.Value;

    private readonly RouteChanges _changes = new();
    private readonly RouteTable _table = new(new() { MaxInstances = 100, MaxInstancesOfApp = 50, MaxDeas = 10, MaxExits = 20 });

    public RouteTableBoundsTests() => _table.SetPort("default/1", [("mud", 4100)], _now, _changes);

    [Fact]
    public void Instances_OfUnboundApplications_AreBounded_AndABoundOneGetsIn()
    {
        for (var app = 0; app < 500; app++)
        {
            Beat("flood", Running($"app-{app}", "i", 20_000 + app));
        }

        Beat("d1", Running("mud", "i1", 61_044));

        _table.InstanceCount.ShouldBeLessThanOrEqualTo(101);
        _table.Overflows.ShouldBeGreaterThan(300);
        _table.BackendsOf("default/1").ShouldHaveSingleItem().Instance.ShouldBe("i1");
    }

    [Fact]
    public void Instances_OfOneApplication_AreBounded_AndSaidOnceToBeTooMany()
    {
        Beat("d1", [.. Enumerable.Range(0, 500).Select(instance => Running("mud", $"i{instance}", 20_000 + instance))]);

        _table.BackendsOf("default/1").Count.ShouldBe(50);
        _changes.Notes.ShouldContain(note => note.App == "mud" && note.Reason == RouteReason.TooMany);
    }

    [Fact]
    public void MainPorts_OfOneApplication_AreBounded()
    {
        for (var port = 0; port < 500; port++)
        {
            _table.Apply(new MainPortRegistered(null, "mud", _host, (ushort)(20_000 + port)), _now, _changes);
        }

        _table.BackendsOf("default/1").Count.ShouldBe(50);
    }

    [Fact]
    public void Deas_BeyondTheirNumber_AreHeardAsThoseWithoutAnId_AndForgottenInSilence()
    {
        for (var dea = 0; dea < 500; dea++)
        {
            Beat($"d{dea}");
            _table.Apply(new DeaShuttingDown($"s{dea}"), _now, _changes);
        }

        Beat("late", Running("mud", "i1", 61_044));

        _table.DeaCount.ShouldBe(10);
        _table.BackendsOf("default/1").ShouldHaveSingleItem().Dea.ShouldBeNull();
        for (var second = 1; second <= 31; second++)
        {
            _table.Tick(_now.AddSeconds(second), _changes);
        }

        _table.DeaCount.ShouldBe(0);
        _table.BackendsOf("default/1").ShouldBeEmpty();
    }

    [Fact]
    public void Notes_OfOneApplication_AreBounded_AndDoNotRepeatAnothers()
    {
        _table.SetPort("default/2", [("chat", 4100)], _now, _changes);
        Beat("d1", Running("chat", "c1", 61_044) with { Ports = [] }, Running("other", "o", 61_045));
        for (var instance = 0; instance < 5_000; instance++)
        {
            Beat("flood", Running("mud", $"made-up-{instance}", 1) with { State = DropletState.Other }, Running("other", "o2", 61_046));
        }

        Beat("d1", Running("chat", "c1", 61_044) with { Ports = [] }, Running("other", "o", 61_045));

        _changes.Notes.Count(note => note.App == "mud").ShouldBe(1_001);
        _changes.Notes.Count(note => note is { App: "mud", Reason: RouteReason.TooMany }).ShouldBe(1);
        _changes.Notes.Count(note => note.App == "chat").ShouldBe(1);
    }

    private static DropletReport Running(string app, string instance, int port) => new()
    {
        App = app,
        Instance = instance,
        State = DropletState.Running,
        Began = double.NaN,
        Host = _host,
        Ports = [new(4100, (ushort)port)],
    };

    private void Beat(string dea, params DropletReport[] droplets) => _table.Apply(new HeartbeatReceived(dea, droplets), _now, _changes);
}
