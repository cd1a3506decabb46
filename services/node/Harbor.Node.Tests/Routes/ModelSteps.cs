using FsCheck;
using FsCheck.Fluent;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// Sequences of what can happen to a node: events, among them some late or doubled; heartbeats that come again, as nearly all do; a number of seconds that pass; true and false for NATS lost and back; and
/// <see cref="Restart"/>. Few applications, instances and addresses, so that they meet.
/// </summary>
internal static class ModelSteps
{
    /// <summary>The node ends, and another one begins with the stored ports.</summary>
    public const string Restart = "restart";

    /// <summary>Two applications of one binding each on one port, one of two bindings, and (not here) one of none.</summary>
    public static readonly (string Port, string App, int IntPort)[] Bindings =
        [("default/1", "mud", 4100), ("default/1", "dice", 4200), ("default/2", "chat", 4100), ("default/3", "chat", 4101)];

    public static IEnumerable<string> PortIds => Bindings.Select(binding => binding.Port).Distinct();

    private static readonly string[] _apps = ["mud", "mud", "dice", "chat", "unbound"];
    private static readonly string[] _deas = ["d1", "d2", "d3"];

    /// <summary>How many sequences a run tries: as <c>HARBOR_TEST_SEQUENCES</c> says.</summary>
    public static int Sequences(int otherwise)
        => Environment.GetEnvironmentVariable("HARBOR_TEST_SEQUENCES") is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

    public static List<(string App, ushort IntPort)> AppsOf(string port)
        => [.. Bindings.Where(binding => binding.Port == port).Select(binding => (binding.App, (ushort)binding.IntPort))];

    /// <summary>A table that remembers exits for longer than any sequence, with the bindings.</summary>
    public static RouteTable NewTable(DateTimeOffset now, RouteChanges changes, Func<string?, bool>? owns = null)
    {
        var table = new RouteTable(new() { ExitMemory = TimeSpan.FromDays(1) }, owns);
        foreach (var port in PortIds)
        {
            table.SetPort(port, AppsOf(port), now, changes);
        }

        return table;
    }

    /// <param name="start">The first moment, in seconds since 1970.</param>
    public static Arbitrary<object[]> From(double start) => Arb.From(Sequence(start), Shorter);

    private static Gen<object[]> Sequence(double start) =>
        from steps in Step(start).ListOf()
        from copies in Gen.Choose(0, 10_000).Two().ListOf(5)
        select Resolved(Doubled(steps, copies));

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

    /// <summary>The heartbeats that come again, each the very one that its DEA last sent.</summary>
    private static object[] Resolved(object[] steps)
    {
        var last = new Dictionary<string, object>();
        var resolved = new List<object>();
        foreach (var step in steps.Select(step => step is BeatAgain again ? last.GetValueOrDefault(again.Dea) : step).OfType<object>())
        {
            resolved.Add(step);
            if (step is HeartbeatReceived { Dea: { } dea })
            {
                last[dea] = step;
            }
        }

        return [.. resolved];
    }

    private static IEnumerable<object[]> Shorter(object[] steps)
        => Enumerable.Range(0, steps.Length).Select(left => steps.Where((_, place) => place != left).ToArray());

    private static Gen<object> Step(double start) => Gen.Frequency(
        (16, Heartbeat(start).Select(step => (object)step)),
        (8, Gen.Elements(_deas).Select(object (dea) => new BeatAgain(dea))),
        (4, Exit(start).Select(step => (object)step)),
        (3, Registration().Select(step => (object)step)),
        (4, MainRegistration().Select(step => (object)step)),
        (4, Found().Select(step => (object)step)),
        (3, Unregistration().Select(step => (object)step)),
        (2, Gen.Elements(_deas).SelectMany(dea => Gen.Elements<object>(new DeaShuttingDown(dea), new DeaStarted(dea)))),
        (4, Gen.Elements<object>(1, 5, 11, 31, 70, 125)),
        (2, Gen.Elements<object>(true, false)),
        (1, Gen.Constant<object>(Restart)));

    private static Gen<HeartbeatReceived> Heartbeat(double start) =>
        from dea in Gen.Elements(_deas.Append(null))
        from host in Host(dea)
        from droplets in Droplet(start, host).ListOf(4)
        from count in Gen.Choose(0, 4)
        select new HeartbeatReceived(dea, [.. droplets.Take(count)]);

    /// <summary>Unmodified DEAs name no ports, and some name ports without a host.</summary>
    private static Gen<DropletReport> Droplet(double start, HostAddress host) =>
        from app in Gen.Elements(_apps)
        from instance in Instance()
        from state in Gen.Frequency((6, Gen.Constant(DropletState.Running)), (1, Gen.Constant(DropletState.Evacuating)), (1, Gen.Constant(DropletState.Other)))
        from began in Gen.Frequency((7, Second(start)), (1, Gen.Constant(double.NaN)))
        from named in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from ports in Gen.Frequency((3, Ports().Select(PortMapping[]? (ports) => ports)), (2, Gen.Constant<PortMapping[]?>(null)))
        select new DropletReport { App = app, Instance = instance, State = state, Began = began, Host = named ? host : null, Ports = ports };

    private static Gen<DropletExited> Exit(double start) =>
        from app in Gen.Elements(_apps)
        from instance in Instance()
        from evacuating in Gen.Elements(true, false, false)
        from crashed in Gen.Frequency((2, Gen.Constant(double.NaN)), (1, Second(start)))
        select new DropletExited(app, instance, evacuating, crashed);

    private static Gen<InstanceRegistered> Registration() =>
        from dea in Gen.Elements(_deas.Append(null))
        from host in Host(dea)
        from app in Gen.Elements(_apps)
        from instance in Instance()
        from ports in Ports().Where(ports => ports.Length > 0)
        select new InstanceRegistered(dea, app, instance, null, host, ports);

    private static Gen<MainPortRegistered> MainRegistration() =>
        from dea in Gen.Elements(_deas.Append(null))
        from host in Host(dea)
        from app in Gen.Elements(_apps)
        from port in HostPort()
        select new MainPortRegistered(dea, app, host, port);

    private static Gen<DropletFound> Found() =>
        from host in Gen.Elements(_deas).SelectMany(dea => Host(dea))
        from app in Gen.Elements(_apps)
        from instance in Instance()
        from port in HostPort()
        select new DropletFound(app, instance, host, port);

    private static Gen<AddressesUnregistered> Unregistration() =>
        from host in Host("d1")
        from app in Gen.Elements(_apps.Append(null))
        from ports in HostPort().ListOf(2)
        from count in Gen.Choose(1, 2)
        select new AddressesUnregistered(app, host, [.. ports.Take(count)]);

    private static Gen<string> Instance() => Gen.Choose(1, 3).Select(number => $"i{number}");

    private static Gen<ushort> HostPort() => Gen.Choose(61001, 61004).Select(port => (ushort)port);

    private static Gen<double> Second(double start) => Gen.Choose(-3, 3).Select(seconds => start + seconds);

    /// <summary>Several, none, or two that lead to one.</summary>
    private static Gen<PortMapping[]> Ports() =>
        from inside in Gen.Elements<ushort>(4100, 4100, 4101, 4200).ListOf(3)
        from outside in HostPort().ListOf(3)
        from count in Gen.Frequency((6, Gen.Constant(1)), (3, Gen.Constant(2)), (1, Gen.Constant(3)), (1, Gen.Constant(0)))
        select inside.Zip(outside, (container, host) => new PortMapping(container, host)).Take(count).Distinct().ToArray();

    /// <summary>Two of the DEAs are one machine's, as after a restart.</summary>
    private static Gen<HostAddress> Host(string? dea) => Gen.Constant(HostAddress.Parse(dea is "d1" or "d2" ? "10.0.0.1" : "10.0.0.2")!.Value);

    /// <summary>The DEA's last heartbeat comes again, to the byte; none where it has sent none.</summary>
    private sealed record BeatAgain(string Dea);
}
