namespace Harbor.Node.Routes;

/// <summary>Where a process is reached: the key of a backend, as for every router of the platform. One process at a time has it.</summary>
internal readonly record struct BackendAddress(HostAddress Host, ushort Port)
{
    public override string ToString() => Host.WithPort(Port);
}
