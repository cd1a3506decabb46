namespace Harbor.Node.Routes;

/// <summary>The numbers and choices of the route table.</summary>
internal sealed record RouteTableOptions
{
    /// <summary>A DEA without a heartbeat for this long is gone: three of the platform's intervals of 10 s, as its health manager has it.</summary>
    public TimeSpan DeaSilence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A registration not renewed for this long is stale: the platform's routers have the same number.</summary>
    public TimeSpan RegistrationAge { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long an exit is remembered, so that a late message cannot revive the instance. Longer than the longest evacuation (900 s) and any delay on the way.</summary>
    public TimeSpan ExitMemory { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>
    /// When the clock was not looked at for this long (a machine that was suspended, a process that was stopped), the messages of that time have
    /// not been read either: ages start anew instead of pruning all.
    /// </summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>More instances than this are not taken in, but of bound applications: about 0.5 GiB each million. A flood must not end the process, nor keep out what has a port.</summary>
    public int MaxInstances { get; init; } = 2_000_000;

    /// <summary>
    /// More instances than this an application cannot have: ten times the largest that the platform was ever seen to run. Its ports' documents and the workers' work
    /// grow with it, which must hurt nobody else.
    /// </summary>
    public int MaxInstancesOfApp { get; init; } = 2_000;

    /// <summary>More DEAs than this are not told apart: their instances then age one by one, as those of the oldest DEAs, which say no id.</summary>
    public int MaxDeas { get; init; } = 100_000;

    /// <summary>
    /// More remembered exits than this push out the oldest. A heartbeat by which more instances than this would be kept as not running is read each time (<c>RouteTable.Repeats</c>).
    /// </summary>
    public int MaxExits { get; init; } = 200_000;

    /// <summary>Whether an application's main port stands in for its only binding's port where its DEA names no ports.</summary>
    public bool UseMainPort { get; init; } = true;

    public BackendNetworks Networks { get; init; } = new([], loopback: false);
}
