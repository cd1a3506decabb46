namespace Harbor.Node.Routes;

/// <summary>A DEA: its instances, and what it last said.</summary>
internal sealed class DeaRoutes(string id)
{
    public string Id { get; } = id;

    /// <summary>In no order; each knows its place.</summary>
    public List<Instance> Instances { get; } = [];

    /// <summary>The time of its last heartbeat, in ticks; 0 before the first.</summary>
    public long HeardAt { get; set; }

    /// <summary>Counts its heartbeats: an instance without the newest number was not in the newest.</summary>
    public uint Beat { get; set; }

    /// <summary>The one instance that its last heartbeat named, where that named just one.</summary>
    public (string App, string Instance)? LastSingle { get; set; }

    /// <summary>The fingerprint of its last heartbeat, where the same again would change nothing.</summary>
    public UInt128? Repeats { get; set; }

    /// <summary>What that heartbeat names as not running, and is no instance of this DEA.</summary>
    public (string App, string Instance)[] NotRunning { get; set; } = [];

    /// <summary>It said <c>dea.shutdown</c> and has not started again.</summary>
    public bool ShuttingDown { get; set; }
}
