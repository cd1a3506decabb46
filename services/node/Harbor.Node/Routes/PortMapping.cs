namespace Harbor.Node.Routes;

/// <summary>A port inside a container, and the port of the DEA's host that leads to it.</summary>
internal readonly record struct PortMapping(ushort ContainerPort, ushort HostPort);
