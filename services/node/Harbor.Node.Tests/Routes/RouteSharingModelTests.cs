using FsCheck;
using FsCheck.Fluent;
using Harbor.Node.Dea;
using Harbor.Node.Routes;
using Harbor.State.Ports;

namespace Harbor.Node.Tests.Routes;

/// <summary>
/// Any sequence of events, heard by nodes that share the DEAs, some of which are behind with their writing for a while, and some at rest, so that they do not see what the others write: when all have
/// written, their documents are the ones that a single node would write, whichever of them comes first, and another look at all of them writes nothing. And at no time do two documents give one address to two
/// instances. <c>HARBOR_TEST_SEQUENCES</c> as for <see cref="RouteTableModelTests"/>; 5,000 otherwise.
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
        // What waits for another document is written in a later round.
        for (var round = 0; round < ModelSteps.PortIds.Count(); round++)
        {
            single.Write();
            for (var place = 0; place < nodes.Length; place++)
            {
                nodes[(place + first) % nodes.Length].Write();
            }
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
        => [.. store.Documents[port].Backends.Select(entry => $"{entry.Host}:{entry.Port} {entry.AppGuid} {entry.InstanceId} {entry.DeaId} {entry.Draining}").Order(StringComparer.Ordinal)];

    private sealed class Store
    {
        public Dictionary<string, Stored> Documents { get; } = ModelSteps.PortIds.ToDictionary(port => port, _ => new Stored(0, []));

        public int Writes { get; private set; }

        /// <summary>Where the address is another instance's; null where it is nobody else's.</summary>
        public static string? HolderOf(IEnumerable<KeyValuePair<string, Stored>> documents, BackendEntry wanted, string port)
            => documents.FirstOrDefault(other => other.Key != port && other.Value.Backends.Any(entry => entry.Host == wanted.Host && entry.Port == wanted.Port
                && (entry.AppGuid != wanted.AppGuid || entry.InstanceId != wanted.InstanceId))).Key;

        public bool TryReplace(string port, long version, IReadOnlyList<BackendEntry> backends)
        {
            var stored = Documents[port];
            if (stored.Version != version)
            {
                return false;
            }

            foreach (var entry in backends.Where(entry => !stored.Backends.Any(known => known.Host == entry.Host && known.Port == entry.Port)))
            {
                if (HolderOf(Documents, entry, port) is { } other)
                {
                    throw new InvalidOperationException($"{entry.Host}:{entry.Port} is added to {port} and is another instance's in {other} still.");
                }
            }

            Documents[port] = new(version + 1, backends);
            Writes++;
            return true;
        }
    }

    /// <param name="Version">Counts the writes.</param>
    /// <param name="Backends">In the document.</param>
    private sealed record Stored(long Version, IReadOnlyList<BackendEntry> Backends);

    /// <summary>A node without threads: its table, its share, and what it knows of the documents. It is at rest from the start, and again when nothing has moved between nodes for long enough.</summary>
    private sealed class Node
    {
        private readonly RouteTable _table;
        private readonly RouteChanges _changes = new();
        private readonly Func<string?, bool> _owns;
        private readonly HashSet<string> _waiting = [];
        private Dictionary<string, Stored>? _known;
        private DateTimeOffset _now = _start;
        private DateTimeOffset _movedAt;
        private DateTimeOffset? _behindSince;
        private bool _isSuspended;

        public Node(Store store, Func<string?, bool> owns)
        {
            (Store, _owns, _table) = (store, owns, ModelSteps.NewTable(_now, _changes, owns));
            _known = store.Documents.ToDictionary();
        }

        public Store Store { get; }

        /// <summary>The documents as far as this node knows them; while it hears what others write, as they are.</summary>
        private Dictionary<string, Stored> Known => _known ?? Store.Documents;

        public void Apply(DeaEvent occurrence)
        {
            _table.Apply(occurrence, _now, _changes);
            Take();
        }

        public void Suspend()
        {
            _isSuspended = true;
            _table.Suspend();
            Hear();
        }

        public void Resume()
        {
            _isSuspended = false;
            _table.Resume(_now);
            Hear();
        }

        public void Pass(int seconds)
        {
            for (var second = 0; second < seconds; second++)
            {
                _now = _now.AddSeconds(1);
                _table.Tick(_now, _changes);
                Take();
                if (_now - _behindSince >= RestTimes.Default.After)
                {
                    // No further behind than a node that has a share can be.
                    Write();
                }

                if (!_isSuspended && _now - _movedAt >= RestTimes.Default.After)
                {
                    _known ??= Store.Documents.ToDictionary();
                }
            }
        }

        /// <summary>Looks at the ports that changed.</summary>
        public void Write()
        {
            string[] ports = [.. _changes.Ports.Union(_waiting)];
            _changes.Clear();
            _waiting.Clear();
            _behindSince = null;
            Array.ForEach(ports, Write);
        }

        public void WriteAll()
        {
            foreach (var port in ModelSteps.PortIds)
            {
                Write(port);
            }
        }

        private void Take()
        {
            if (_changes.IsCrossing)
            {
                _changes.IsCrossing = false;
                Hear();
            }

            if (_changes.Ports.Count > 0)
            {
                _behindSince ??= _now;
            }
        }

        private void Hear() => (_movedAt, _known) = (_now, null);

        private void Write(string port)
        {
            if (Known[port].Backends.Any(entry => !_owns(entry.DeaId)))
            {
                Read(port);
            }

            while (!TryWrite(port))
            {
                Read(port);
            }
        }

        private void Read(string port) => Known[port] = Store.Documents[port];

        private bool TryWrite(string port)
        {
            var stored = Known[port];
            var (merged, isInHandover) = BackendMerge.Merge(stored.Backends, _table.BeginLook(port, ModelSteps.AppsOf(port)), _owns, MayRemove);
            _table.EndLook(port, isInHandover);
            if (merged.Except(stored.Backends).FirstOrDefault(entry => !_owns(entry.DeaId)) is { } stray)
            {
                throw new InvalidOperationException($"{stray.Host}:{stray.Port} on {stray.DeaId} is another node's to write.");
            }

            var granted = merged.Where(entry => stored.Backends.Any(known => known.Host == entry.Host && known.Port == entry.Port && known.AppGuid == entry.AppGuid) || IsFree(entry, port)).ToList();
            if (granted.SequenceEqual(stored.Backends))
            {
                return true;
            }

            if (!Store.TryReplace(port, stored.Version, granted))
            {
                return false;
            }

            Read(port);
            return true;
        }

        private bool IsFree(BackendEntry entry, string port)
        {
            if (Store.HolderOf(Known, entry, port) is not { } other)
            {
                return true;
            }

            // As StoredAddresses has it: whoever has it is looked at again, and so is this port.
            _waiting.Add(port);
            _waiting.Add(other);
            if (Known[other].Backends.Any(held => held.Host == entry.Host && held.Port == entry.Port && !_owns(held.DeaId)))
            {
                Hear();
            }

            return false;
        }

        private bool MayRemove(BackendEntry entry)
            => BackendMerge.MayRemove(entry, BackendMerge.AddressOf(entry) is { } address ? _table.HolderOf(address) : null, _owns);
    }
}
