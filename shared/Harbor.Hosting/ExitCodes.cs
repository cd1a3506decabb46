namespace Harbor.Hosting;

/// <summary>Exit codes of every Harbor process; the numbers are those of <c>sysexits.h</c>.</summary>
public static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It could not start for a reason of its own: its port is taken, a bug.</summary>
    public const int Failure = 1;

    /// <summary>EX_UNAVAILABLE: the store, the broker or NATS did not answer in time at start.</summary>
    public const int DependencyUnavailable = 69;

    /// <summary>EX_CONFIG: the configuration is wrong. No port was opened.</summary>
    public const int Configuration = 78;
}
