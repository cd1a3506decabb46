namespace Harbor.Node.Dea;

/// <summary><c>dea.heartbeat</c>. The oldest DEAs do not say who they are.</summary>
internal sealed record HeartbeatReceived(string? Dea, IReadOnlyList<DropletReport> Droplets) : DeaEvent
{
    /// <summary>Of the message's bytes; null: unknown, so none is like it.</summary>
    public UInt128? Fingerprint { get; init; }
}
