using System.Collections.Concurrent;

namespace Harbor.Gateway.Tests.Edge;

/// <summary>
/// The node and the workers as the gateway sees them, with switches for what can go wrong. Outlives gateways, as the real ones do; what they have written
/// is in the store.
/// </summary>
internal sealed class FakeEdge
{
    /// <summary>Commands to a node that is down are lost: the gateway's repeating must make up for it.</summary>
    public bool NodeIsDown { get; set; }

    /// <summary>The node works, but its answers are lost.</summary>
    public bool AnswersAreLost { get; set; }

    /// <summary>Bindings alone go unanswered.</summary>
    public bool BindingsAreLost { get; set; }

    /// <summary>Workers do what they should, but say nothing of themselves; they answer when they are asked, where <see cref="WorkersAreDeaf"/> is false.</summary>
    public bool WorkersAreSilent { get; set; }

    /// <summary>Workers do not even answer.</summary>
    public bool WorkersAreDeaf { get; set; }

    /// <summary>No worker holds a lease.</summary>
    public bool WorkersAreGone { get; set; }

    /// <summary>Service instances and bindings whose commands are lost, as if the node were down for them alone.</summary>
    public ConcurrentDictionary<string, bool> Stalled { get; } = new();

    /// <summary>Ports that some other process has on the workers' machine.</summary>
    public ConcurrentDictionary<int, bool> ForeignPorts { get; } = new();

    /// <summary>Commands by name, as the node received them, down or not.</summary>
    public ConcurrentQueue<object> Received { get; } = new();

    /// <summary>Events and the gateway's own commands, as they were said.</summary>
    public ConcurrentQueue<object> Heard { get; } = new();

    public void Stall(string id) => Stalled[id] = true;

    public void Go(string id) => Stalled.TryRemove(id, out _);

    public SemaphoreSlim Writing { get; } = new(1, 1);

    public IEnumerable<T> ReceivedOf<T>() => Received.OfType<T>();
}
