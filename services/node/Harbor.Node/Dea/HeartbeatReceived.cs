namespace Harbor.Node.Dea;

/// <summary><c>dea.heartbeat</c>. The oldest DEAs do not say who they are.</summary>
internal sealed record HeartbeatReceived(string? Dea, IReadOnlyList<DropletReport> Droplets) : DeaEvent;
