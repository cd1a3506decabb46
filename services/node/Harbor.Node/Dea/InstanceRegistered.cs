using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary><c>harbor.register</c>.</summary>
internal sealed record InstanceRegistered(string? Dea, string App, string Instance, int? Index, HostAddress Host, PortMapping[] Ports) : DeaEvent;
