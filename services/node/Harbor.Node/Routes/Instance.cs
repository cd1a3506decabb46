namespace Harbor.Node.Routes;

/// <summary>
/// A running or evacuating instance of an application, or (without an id) an address that only the HTTP side has named. A million of these
/// are held: every field counts, see the node's README for what one costs.
/// </summary>
internal sealed class Instance(AppRoutes app, string? id, long sequence, long since)
{
    public AppRoutes App { get; } = app;

    /// <summary>Null: known by its address alone.</summary>
    public string? Id { get; } = id;

    public DeaRoutes? Dea { get; set; }

    public HostAddress Host { get; set; }

    public InstancePort[] Ports { get; set; } = [];

    /// <summary>The order in which instances came.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>The id that its process had before: an update of an application gives its instances new ones, and their processes live on.</summary>
    public string? FormerId { get; set; }

    /// <summary>When it was first learned of, in ticks.</summary>
    public long Since { get; } = since;

    /// <summary>When a heartbeat last named it, in ticks; 0: none has.</summary>
    public long HeardAt { get; set; }

    /// <summary>When it last was registered, in ticks; 0: never.</summary>
    public long RegisteredAt { get; set; }

    /// <summary>When its state began by its DEA's clock, in seconds since 1970; NaN where unknown.</summary>
    public double Began { get; set; } = double.NaN;

    public int Index { get; set; } = -1;

    public uint Beat { get; set; }

    public int PlaceInApp { get; set; }

    public int PlaceInDea { get; set; }

    public bool Evacuating { get; set; }

    /// <summary>Its DEA has named its ports.</summary>
    public bool NamesPorts { get; set; }

    /// <summary>Known from a stored port alone, until its DEA speaks of it.</summary>
    public bool Remembered { get; set; }

    public bool Draining => Evacuating || Dea is { ShuttingDown: true };
}
