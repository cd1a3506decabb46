namespace Harbor.Node.Routes;

/// <summary>An application: its instances and the ports to which it is bound.</summary>
internal sealed class AppRoutes(string guid)
{
    public string Guid { get; } = guid;

    /// <summary>In no order; each knows its place.</summary>
    public List<Instance> Instances { get; } = [];

    public List<AppBinding> Bindings { get; } = [];

    /// <summary>How many of the instances have had their ports named: with one, the main port stands in for nothing.</summary>
    public int WithNamedPorts { get; set; }

    /// <summary>How many of the instances are addresses of the HTTP side alone.</summary>
    public int Anonymous { get; set; }

    /// <summary>What this node told of its instances that are no backends, the last of each; made with the first.</summary>
    public Dictionary<string, RouteReason>? Notes { get; set; }

    /// <summary>Since when there are too many notes to tell any more, in ticks; 0: there are not.</summary>
    public long NotesFullSince { get; set; }

    public bool IsEmpty => Instances.Count == 0 && Bindings.Count == 0;
}
