namespace Harbor.Node.Routes;

/// <summary>An address that an instance holds.</summary>
/// <param name="ContainerPort">The port inside the container; 0 where only the main port's address is known.</param>
/// <param name="HostPort">The port on the instance's host.</param>
/// <param name="Main">Named by the HTTP side of the platform as the application's main port.</param>
internal readonly record struct InstancePort(ushort ContainerPort, ushort HostPort, bool Main)
{
    /// <summary>Whether a port bound to this port inside the container is served here.</summary>
    /// <param name="intPort">The port inside the container.</param>
    /// <param name="mainPort">Whether the application's main port stands in for it.</param>
    public bool Serves(ushort intPort, bool mainPort) => ContainerPort == intPort || (mainPort && Main);
}
