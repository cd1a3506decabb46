using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>An instance as a heartbeat names it.</summary>
internal readonly record struct DropletReport
{
    public required string App { get; init; }

    public required string Instance { get; init; }

    public int? Index { get; init; }

    public DropletState State { get; init; }

    /// <summary>When the state began by the DEA's clock, in seconds since 1970; NaN where it does not say.</summary>
    public double Began { get; init; }

    public HostAddress? Host { get; init; }

    /// <summary>Null: this DEA does not name ports.</summary>
    public PortMapping[]? Ports { get; init; }
}
