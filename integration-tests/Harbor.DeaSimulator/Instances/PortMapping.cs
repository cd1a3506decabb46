namespace Harbor.DeaSimulator.Instances;

/// <summary>A port of the DEA that leads to a port inside an instance's container.</summary>
internal sealed record PortMapping(int ContainerPort, int HostPort);
