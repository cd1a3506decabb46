namespace Harbor.Gateway.Admin;

/// <summary>A page of ports. Absent <see cref="Next"/>: it is the last one.</summary>
internal sealed record PortList(IReadOnlyList<PortStatus> Ports, string? Next);
