namespace Harbor.Node.Routes;

/// <summary>What an event changed. Filled by the table, emptied by its user; one object serves event after event.</summary>
internal sealed class RouteChanges
{
    /// <summary>Ports whose backends may be others now.</summary>
    public HashSet<string> Ports { get; } = [];

    /// <summary>Those of them that an address leaves.</summary>
    public HashSet<string> Leaving { get; } = [];

    /// <summary>Why, by application and address. Of several reasons the last.</summary>
    public Dictionary<(string App, BackendAddress Address), RouteReason> Reasons { get; } = [];

    /// <summary>Instances of bound applications that are no backends, told once for each reason, of the DEAs that this node owns.</summary>
    public List<RouteNote> Notes { get; } = [];

    /// <summary>Applications with a running instance, on a DEA that this node owns, whose main port has to be asked for.</summary>
    public HashSet<string> Unaddressed { get; } = [];

    /// <summary>An address goes from an instance on one node's DEAs to one on another's, or may have.</summary>
    public bool IsCrossing { get; set; }

    public void Clear()
    {
        IsCrossing = false;
        Ports.Clear();
        Leaving.Clear();
        Reasons.Clear();
        Notes.Clear();
        Unaddressed.Clear();
    }
}
