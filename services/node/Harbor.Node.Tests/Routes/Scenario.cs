using System.Buffers;
using System.Globalization;
using System.Text;
using Harbor.Node.Dea;
using Harbor.Node.Routes;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// Plays a golden folder's <c>events.txt</c> and writes down what happens, as its <c>routes.txt</c> has it. See <c>Golden/README.md</c> for
/// the lines of both.
/// </summary>
internal sealed class Scenario
{
    private static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StringBuilder _told = new();
    private readonly RouteChanges _changes = new();
    private readonly SortedDictionary<string, List<(string App, ushort IntPort)>> _ports = new(StringComparer.Ordinal);
    private RouteTableOptions _options = new();
    private RouteTable _table;
    private SortedDictionary<string, Backend> _before = new(StringComparer.Ordinal);
    private int _now;

    private Scenario() => _table = new(_options);

    private DateTimeOffset Now => Start + TimeSpan.FromSeconds(_now);

    public static string Play(string events)
    {
        var scenario = new Scenario();
        foreach (var line in events.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            scenario.Do(line);
        }

        scenario.TellEnd();
        return scenario._told.ToString();
    }

    private void Do(string line)
    {
        var words = line.Split(' ', 2);
        var rest = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "at":
                PassTimeTo(int.Parse(rest, CultureInfo.InvariantCulture));
                break;
            case "asleep":
                _now = int.Parse(rest, CultureInfo.InvariantCulture);
                _table.Tick(Now, _changes);
                Tell("asleep until now");
                break;
            case "port":
                SetPort(rest.Split(' '));
                break;
            case "nats" when rest == "lost":
                _table.Suspend();
                break;
            case "nats":
                _table.Resume(Now);
                break;
            case "restart":
                Restart();
                break;
            case "networks":
                _options = _options with { Networks = new(rest.Split(' ').Where(word => word != "loopback").Select(word => System.Net.IPNetwork.Parse(word)), rest.Contains("loopback", StringComparison.Ordinal)) };
                _table = new(_options);
                break;
            case "main-port" when rest == "off":
                _options = _options with { UseMainPort = false };
                _table = new(_options);
                break;
            default:
                Hear(words[0], rest);
                break;
        }
    }

    private void PassTimeTo(int second)
    {
        while (_now < second)
        {
            _now++;
            _table.Tick(Now, _changes);
            Tell("time passes");
        }
    }

    private void SetPort(string[] words)
    {
        _ports[words[0]] = [.. words[1..].Select(word => word.Split(':')).Select(word => (word[0], ushort.Parse(word[1], CultureInfo.InvariantCulture)))];
        _table.SetPort(words[0], _ports[words[0]], Now, _changes);
        Tell($"port {string.Join(' ', words)}");
    }

    /// <summary>A new node: it knows the stored ports and nothing else.</summary>
    private void Restart()
    {
        var stored = _ports.Keys.ToDictionary(port => port, port => _table.BackendsOf(port));
        _table = new(_options);
        foreach (var (port, apps) in _ports)
        {
            _table.SetPort(port, apps, Now, _changes);
            foreach (var backend in stored[port])
            {
                _table.Remember(backend, apps.First(app => app.App == backend.App).IntPort, Now, _changes);
            }
        }

        _table.Resume(Now);
        Tell("restart");
    }

    private void Hear(string subject, string json)
    {
        var outcome = DeaMessages.TryRead(subject, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), out var occurrence);
        if (outcome is DeaMessageOutcome.Applied)
        {
            _table.Apply(occurrence!, Now, _changes);
            Tell(subject);
        }
        else
        {
            Tell($"{subject}: {outcome}", always: true);
        }
    }

    private void Tell(string what, bool always = false)
    {
        var after = Backends();
        var lines = Differences(after).ToList();
        lines.AddRange(_changes.Notes.Select(note => $"    ? {note.App} {note.Instance} is no backend: {note.Reason}"));
        lines.AddRange(_changes.Unaddressed.Order(StringComparer.Ordinal).Select(app => $"    ! dea.find.droplet {app}"));
        if (lines.Count > 0 || always)
        {
            _told.Append(CultureInfo.InvariantCulture, $"{_now} s  {what}\n").AppendJoin("", lines.Select(line => line + "\n"));
        }

        _before = after;
        _changes.Clear();
    }

    private IEnumerable<string> Differences(SortedDictionary<string, Backend> after)
    {
        foreach (var (key, backend) in _before)
        {
            if (!after.TryGetValue(key, out var now))
            {
                yield return $"    - {key}  {Describe(backend)}  ({ReasonOf(backend)})";
            }
            else if (now != backend)
            {
                yield return $"    ~ {key}  {Describe(now)}  ({ReasonOf(now)})";
            }
        }

        foreach (var (key, backend) in after.Where(pair => !_before.ContainsKey(pair.Key)))
        {
            yield return $"    + {key}  {Describe(backend)}  ({ReasonOf(backend)})";
        }
    }

    private RouteReason ReasonOf(Backend backend)
    {
        // Whatever differs must also be among the ports that the table names as changed: the writer looks at no others.
        _changes.Ports.Count.ShouldBeGreaterThan(0, "backends changed, and no port was named");
        return _changes.Reasons.GetValueOrDefault((backend.App, backend.Address), RouteReason.Reconciled);
    }

    private void TellEnd()
    {
        _told.Append("end\n");
        foreach (var (key, backend) in Backends())
        {
            _told.Append(CultureInfo.InvariantCulture, $"    {key}  {Describe(backend)}\n");
        }
    }

    private SortedDictionary<string, Backend> Backends()
        => new(_ports.Keys.SelectMany(port => _table.BackendsOf(port).Select(backend => ($"{port} {backend.Address}", backend))).ToDictionary(), StringComparer.Ordinal);

    private static string Describe(Backend backend)
        => $"{backend.App} {backend.Instance ?? "(unknown instance)"} #{backend.Index?.ToString(CultureInfo.InvariantCulture) ?? "?"} on {backend.Dea ?? "(unknown DEA)"}{(backend.Draining ? " draining" : "")}";
}
