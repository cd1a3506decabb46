using FsCheck;
using FsCheck.Fluent;
using Harbor.Node.Dea;
using Harbor.Node.Routes;
using Harbor.State.Ports;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// Any sequence of events, heard by nodes that share the DEAs, some of which are behind with their writing for a while: when all have written, their documents are the ones that a
/// single node would write, whichever of them comes first, and another look at all of them writes nothing. <c>HARBOR_TEST_SEQUENCES</c> as for <see cref="RouteTableModelTests"/>; 5,000 otherwise.
/// </summary>
public sealed class RouteSharingModelTests
{
    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Documents_OfNodesThatShare_AreThoseOfOne()
        => Prop.ForAll(ModelSteps.From(_start.ToUnixTimeSeconds()), Agrees).Check(Config.QuickThrowOnFailure.WithMaxTest(ModelSteps.Sequences(5_000)).WithEndSize(60));

    private static bool Agrees(object[] steps)
    {
        var alone = new Store();
        var shared = new Store();
        var single = new Node(alone, _ => true);
        Node[] nodes = [new(shared, dea => dea is "d1"), new(shared, dea => dea is "d2" or null), new(shared, dea => dea is "d3")];
        var behind = new Random(steps.Length);
        var turn = 0;
        foreach (var step in steps)
        {
            Action<Node>? happens = step switch
            {
                DeaEvent occurrence => node => node.Apply(occurrence),
                int seconds => node => node.Pass(seconds),
                true => node => node.Suspend(),
                false => node => node.Resume(),
                _ => null,
            };
            if (happens is null)
            {
                continue;
            }

            happens(single);
            foreach (var node in nodes)
            {
                happens(node);
            }

            turn++;
            foreach (var node in nodes.Where(_ => behind.Next(3) == 0))
            {
                node.Write();
            }

            if (turn % 4 == 0)
            {
                Settle(single, nodes, turn, steps);
            }
        }

        Settle(single, nodes, turn, steps);
        return true;
    }

    private static void Settle(Node single, Node[] nodes, int first, object[] steps)
    {
        single.Write();
        for (var place = 0; place < nodes.Length; place++)
        {
            nodes[(place + first) % nodes.Length].Write();
        }

        Compare(single.Store, nodes[0].Store, steps);
        var writes = nodes[0].Store.Writes;
        Array.ForEach(nodes, node => node.WriteAll());
        if (nodes[0].Store.Writes != writes)
        {
            throw new InvalidOperationException($"After {string.Join("; ", steps)}: another look wrote again.");
        }
    }

    private static void Compare(Store alone, Store shared, object[] steps)
    {
        foreach (var port in ModelSteps.PortIds)
        {
            var (expected, found) = (Told(alone, port), Told(shared, port));
            if (!expected.SequenceEqual(found))
            {
                throw new InvalidOperationException($"After {string.Join("; ", steps)}: {port} has [{string.Join(", ", found)}], and of one node [{string.Join(", ", expected)}].");
            }
        }
    }

    private static List<string> Told(Store store, string port)
        => [.. store.Documents[port].Select(entry => $"{entry.Host}:{entry.Port} {entry.AppGuid} {entry.InstanceId} {entry.DeaId} {entry.Draining}").Order(StringComparer.Ordinal)];

    private sealed class Store
    {
        public Dictionary<string, IReadOnlyList<BackendEntry>> Documents { get; } = ModelSteps.PortIds.ToDictionary(port => port, _ => (IReadOnlyList<BackendEntry>)[]);

        public int Writes { get; private set; }

        public void Replace(string port, IReadOnlyList<BackendEntry> backends)
        {
            if (!ReferenceEquals(Documents[port], backends))
            {
                Documents[port] = backends;
                Writes++;
            }
        }
    }

    /// <summary>A node without threads: its table, its share, and the documents.</summary>
    private sealed class Node
    {
        private readonly RouteTable _table;
        private readonly RouteChanges _changes = new();
        private readonly Func<string?, bool> _owns;
        private DateTimeOffset _now = _start;

        public Node(Store store, Func<string?, bool> owns) => (Store, _owns, _table) = (store, owns, ModelSteps.NewTable(_now, _changes, owns));

        public Store Store { get; }

        public void Apply(DeaEvent occurrence) => _table.Apply(occurrence, _now, _changes);

        public void Suspend() => _table.Suspend();

        public void Resume() => _table.Resume(_now);

        public void Pass(int seconds)
        {
            for (var second = 0; second < seconds; second++)
            {
                _now = _now.AddSeconds(1);
                _table.Tick(_now, _changes);
            }
        }

        /// <summary>Looks at the ports that changed.</summary>
        public void Write()
        {
            foreach (var port in _changes.Ports)
            {
                Write(port);
            }

            _changes.Clear();
        }

        public void WriteAll()
        {
            foreach (var port in ModelSteps.PortIds)
            {
                Write(port);
            }
        }

        private void Write(string port)
        {
            var stored = Store.Documents[port];
            var (merged, isInHandover) = BackendMerge.Merge(stored, _table.BeginLook(port, ModelSteps.AppsOf(port)), _owns, MayRemove);
            _table.EndLook(port, isInHandover);
            if (merged.Except(stored).FirstOrDefault(entry => !_owns(entry.DeaId)) is { } stray)
            {
                throw new InvalidOperationException($"{stray.Host}:{stray.Port} on {stray.DeaId} is another node's to write.");
            }

            Store.Replace(port, merged);
        }

        private bool MayRemove(BackendEntry entry)
            => BackendMerge.MayRemove(entry, BackendMerge.AddressOf(entry) is { } address ? _table.HolderOf(address) : null, _owns);
    }
}
