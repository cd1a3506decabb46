namespace Harbor.Node.Dea;

/// <summary>The states of an instance that make a difference here.</summary>
internal enum DropletState
{
    /// <summary>STARTING, CRASHED, STOPPED, or whatever an era may have: no traffic for it.</summary>
    Other,
    Running,
    Evacuating,
}
