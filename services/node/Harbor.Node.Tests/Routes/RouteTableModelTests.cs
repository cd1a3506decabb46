using FsCheck;
using FsCheck.Fluent;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// Any sequence of events, late, doubled, with lost connections and silences between them: the table ends as the model does, after every step. <c>HARBOR_TEST_SEQUENCES</c>
/// says how many sequences; 20,000 otherwise, which take 2 s.
/// </summary>
public sealed class RouteTableModelTests
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] _apps = ["mud", "chat", "unbound"];
    private static readonly string[] _deas = ["d1", "d2", "d3"];

    private static int Sequences => int.Parse(Environment.GetEnvironmentVariable("HARBOR_TEST_SEQUENCES") ?? "20000", System.Globalization.CultureInfo.InvariantCulture);

    private static double StartSeconds => _start.ToUnixTimeSeconds();

    [Fact]
    public void Table_AfterAnySequenceOfEvents_IsWhatTheModelSays()
        => Prop.ForAll(Arb.From(Steps(), Shorter), Agrees).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(60));

    private static Gen<object[]> Steps() =>
        from steps in Step().ListOf()
        from copies in Gen.Choose(0, 10_000).Two().ListOf(5)
        select Doubled(steps, copies);

    /// <summary>Some of the events come once more, at once or late: between publishers NATS keeps no order, and one that lost its link says again what it had said.</summary>
    private static object[] Doubled(IEnumerable<object> steps, IEnumerable<(int Which, int Later)> copies)
    {
        var all = steps.ToList();
        foreach (var (which, later) in copies.Where(_ => all.Count > 0))
        {
            var place = which % all.Count;
            all.Insert(place + 1 + (later % (all.Count - place)), all[place]);
        }

        return [.. all];
    }

    private static IEnumerable<object[]> Shorter(object[] steps)
        => Enumerable.Range(0, steps.Length).Select(left => steps.Where((_, place) => place != left).ToArray());

    /// <summary>An event; a number of seconds that pass; or true and false for NATS lost and back.</summary>
    private static Gen<object> Step() => Gen.Frequency(
        (8, Heartbeat().Select(step => (object)step)),
        (2, Exit().Select(step => (object)step)),
        (2, Registration().Select(step => (object)step)),
        (1, Unregistration().Select(step => (object)step)),
        (1, Gen.Elements(_deas).SelectMany(dea => Gen.Elements<object>(new DeaShuttingDown(dea), new DeaStarted(dea)))),
        (2, Gen.Elements<object>(1, 5, 11, 31, 70, 125)),
        (1, Gen.Elements<object>(true, false)));

    private static Gen<HeartbeatReceived> Heartbeat() =>
        from dea in Gen.Elements(_deas.Append(null))
        from host in Host(dea)
        from droplets in Droplet(host).ListOf(4)
        from count in Gen.Choose(0, 4)
        select new HeartbeatReceived(dea, [.. droplets.Take(count).DistinctBy(droplet => (droplet.App, droplet.Instance))]);

    private static Gen<DropletReport> Droplet(HostAddress host) =>
        from app in Gen.Elements(_apps)
        from instance in Gen.Choose(1, 4)
        from state in Gen.Frequency((6, Gen.Constant(DropletState.Running)), (1, Gen.Constant(DropletState.Evacuating)), (1, Gen.Constant(DropletState.Other)))
        from began in Gen.Frequency((7, Gen.Choose(-3, 3).Select(seconds => StartSeconds + seconds)), (1, Gen.Constant(double.NaN)))
        from port in Gen.Choose(1, 3)
        select new DropletReport
        {
            App = app,
            Instance = $"i{instance}",
            State = state,
            Began = began,
            Host = host,
            Ports = [new(4100, (ushort)(61000 + port))],
        };

    private static Gen<DropletExited> Exit() =>
        from app in Gen.Elements(_apps)
        from instance in Gen.Choose(1, 4)
        from evacuating in Gen.Elements(true, false, false)
        from crashed in Gen.Frequency((2, Gen.Constant(double.NaN)), (1, Gen.Choose(-3, 3).Select(seconds => StartSeconds + seconds)))
        select new DropletExited(app, $"i{instance}", evacuating, crashed);

    private static Gen<InstanceRegistered> Registration() =>
        from dea in Gen.Elements(_deas.Append(null))
        from host in Host(dea)
        from app in Gen.Elements(_apps)
        from instance in Gen.Choose(1, 4)
        from port in Gen.Choose(1, 3)
        select new InstanceRegistered(dea, app, $"i{instance}", null, host, [new(4100, (ushort)(61000 + port))]);

    private static Gen<AddressesUnregistered> Unregistration() =>
        from host in Host("d1")
        from app in Gen.Elements(_apps.Append(null))
        from port in Gen.Choose(1, 3)
        select new AddressesUnregistered(app, host, [(ushort)(61000 + port)]);

    /// <summary>Two of the DEAs are one machine's, as after a restart.</summary>
    private static Gen<HostAddress> Host(string? dea) => Gen.Constant(HostAddress.Parse(dea is "d1" or "d2" ? "10.0.0.1" : "10.0.0.2")!.Value);

    private static bool Agrees(object[] steps)
    {
        var table = new RouteTable(new() { ExitMemory = TimeSpan.FromDays(1) });
        var model = new RouteModel(StartSeconds);
        var changes = new RouteChanges();
        var now = _start;
        table.SetPort("default/1", [("mud", 4100)], now, changes);
        table.SetPort("default/2", [("chat", 4100)], now, changes);
        foreach (var step in steps)
        {
            var before = Told(table);
            changes.Clear();
            switch (step)
            {
                case DeaEvent occurrence:
                    table.Apply(occurrence, now, changes);
                    model.Apply(occurrence);
                    break;
                case int seconds:
                    for (var second = 0; second < seconds; second++)
                    {
                        now = now.AddSeconds(1);
                        table.Tick(now, changes);
                        model.PassASecond();
                    }

                    break;
                case true:
                    table.Suspend();
                    model.SetSuspended(true);
                    break;
                default:
                    table.Resume(now);
                    model.SetSuspended(false);
                    break;
            }

            var after = Told(table);
            var expected = model.BackendsOf("mud").Append("|").Concat(model.BackendsOf("chat")).ToList();
            if (!after.SequenceEqual(expected))
            {
                throw new InvalidOperationException($"After {Describe(steps)}: the table says [{string.Join(", ", after)}], the model [{string.Join(", ", expected)}].");
            }

            // The writer looks at the ports that are named, and at no others.
            if (!after.SequenceEqual(before) && changes.Ports.Count == 0)
            {
                throw new InvalidOperationException($"After {Describe(steps)}: backends changed and no port was named.");
            }
        }

        return true;
    }

    private static string Describe(object[] steps) => string.Join("; ", steps.Select(step => step is HeartbeatReceived heartbeat
        ? $"{heartbeat.Dea} beats [{string.Join(", ", heartbeat.Droplets.Select(named => $"{named.App} {named.Instance} {named.State} {named.Began - StartSeconds} :{named.Ports![0].HostPort}"))}]"
        : step.ToString()));

    private static List<string> Told(RouteTable table) => [.. Told(table, "default/1"), "|", .. Told(table, "default/2")];

    private static IEnumerable<string> Told(RouteTable table, string port)
        => table.BackendsOf(port).Select(backend => $"{backend.Address} {backend.App} {backend.Instance} {backend.Dea} {backend.Draining}");
}
