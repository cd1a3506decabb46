using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>A DEA's reply to <c>dea.find.droplet</c>: the address of an instance's main port.</summary>
internal sealed record DropletFound(string App, string Instance, HostAddress Host, ushort Port) : DeaEvent;
