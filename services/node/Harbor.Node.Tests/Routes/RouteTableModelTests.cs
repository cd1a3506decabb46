using FsCheck;
using FsCheck.Fluent;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// Any sequence of events, late, doubled, with lost connections, silences and restarts of the node between them: the table ends as the model does, after every step.
/// <c>HARBOR_TEST_SEQUENCES</c> says how many sequences; 20,000 otherwise, which take 5 to 15 s.
/// </summary>
public sealed class RouteTableModelTests
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static double StartSeconds => _start.ToUnixTimeSeconds();

    [Fact]
    public void Table_AfterAnySequenceOfEvents_IsWhatTheModelSays()
        => Prop.ForAll(ModelSteps.From(StartSeconds), Agrees).Check(Config.QuickThrowOnFailure.WithMaxTest(ModelSteps.Sequences(20_000)).WithEndSize(60));

    private static bool Agrees(object[] steps)
    {
        var changes = new RouteChanges();
        var now = _start;
        var table = ModelSteps.NewTable(now, changes);
        var model = new RouteModel(StartSeconds, ModelSteps.Bindings);
        var heartbeats = new Heartbeats();
        foreach (var step in steps)
        {
            var before = Told(table);
            changes.Clear();
            switch (step)
            {
                case HeartbeatReceived heartbeat:
                    heartbeats.Apply(table, heartbeat, now, changes);
                    model.Apply(heartbeat);
                    break;
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
                case ModelSteps.Restart:
                    table = Restarted(table, now, changes);
                    model.Restart();
                    break;
                default:
                    table.Resume(now);
                    model.SetSuspended(false);
                    break;
            }

            Compare(table, model, before, changes, steps);
        }

        return true;
    }

    /// <summary>Has the table read a heartbeat only where it does not know it, as a node does.</summary>
    private sealed class Heartbeats
    {
        private readonly Dictionary<HeartbeatReceived, UInt128> _fingerprints = new(ReferenceEqualityComparer.Instance);

        public void Apply(RouteTable table, HeartbeatReceived heartbeat, DateTimeOffset now, RouteChanges changes)
        {
            if (!_fingerprints.TryGetValue(heartbeat, out var fingerprint))
            {
                _fingerprints.Add(heartbeat, fingerprint = (UInt128)_fingerprints.Count);
            }

            if (!table.TryRepeat(fingerprint, now))
            {
                table.Apply(heartbeat with { Fingerprint = fingerprint }, now, changes);
            }
        }
    }

    private static void Compare(RouteTable table, RouteModel model, List<string> before, RouteChanges changes, object[] steps)
    {
        var after = Told(table);
        var expected = ModelSteps.PortIds.SelectMany(port => model.BackendsOf(port).Select(backend => $"{port} {backend}")).Concat(model.Asking.Select(app => $"asks for {app}")).ToList();
        if (!after.SequenceEqual(expected))
        {
            throw new InvalidOperationException($"After {Describe(steps)}: the table says [{string.Join(", ", after)}], the model [{string.Join(", ", expected)}].");
        }

        // The writer looks at the ports that are named, and at no others.
        foreach (var port in ModelSteps.PortIds.Where(port => !changes.Ports.Contains(port)))
        {
            if (!Of(port, before).SequenceEqual(Of(port, after)))
            {
                throw new InvalidOperationException($"After {Describe(steps)}: the backends of {port} changed, and it was not named.");
            }
        }
    }

    private static IEnumerable<string> Of(string port, List<string> told) => told.Where(line => line.StartsWith(port, StringComparison.Ordinal));

    /// <summary>The table of a node that begins now, with the ports' documents as the one before wrote them.</summary>
    private static RouteTable Restarted(RouteTable before, DateTimeOffset now, RouteChanges changes)
    {
        var table = new RouteTable(new() { ExitMemory = TimeSpan.FromDays(1) });
        foreach (var port in ModelSteps.PortIds)
        {
            table.SetPort(port, ModelSteps.AppsOf(port), now, changes);
            foreach (var backend in before.BackendsOf(port))
            {
                table.Remember(backend, ModelSteps.AppsOf(port).First(app => app.App == backend.App).IntPort, now, changes);
            }
        }

        table.Resume(now);
        return table;
    }

    private static List<string> Told(RouteTable table)
        => [.. ModelSteps.PortIds.SelectMany(port => table.BackendsOf(port).Select(backend => $"{port} {backend.Address} {backend.App} {backend.Instance} {backend.Dea} {backend.Draining}")),
            .. ModelSteps.Bindings.Select(binding => binding.App).Distinct().Where(table.NeedsMainPort).Select(app => $"asks for {app}")];

    private static string Describe(object[] steps) => string.Join("; ", steps.Select(step => step switch
    {
        HeartbeatReceived heartbeat => $"{heartbeat.Dea} beats [{string.Join(", ", heartbeat.Droplets.Select(Describe))}]",
        InstanceRegistered registered => $"{registered.Dea} registers {registered.App} {registered.Instance} at {registered.Host} {Describe(registered.Ports)}",
        AddressesUnregistered gone => $"{gone.App} unregisters {gone.Host}:{string.Join(",", gone.HostPorts)}",
        _ => step.ToString(),
    }));

    private static string Describe(DropletReport named)
        => $"{named.App} {named.Instance} {named.State} {named.Began - StartSeconds} at {named.Host?.ToString() ?? "no host"} {Describe(named.Ports)}";

    private static string Describe(PortMapping[]? ports)
        => ports is null ? "without ports" : $"[{string.Join(", ", ports.Select(port => $"{port.ContainerPort}>{port.HostPort}"))}]";
}
