namespace Harbor.Node.Routes;

/// <summary>
/// How long after the one the next command to the store is begun: about as long as commands take, so that at a high rate of changes each takes several of them along.
/// A command, its commit, and its news to everybody who watches cost a server several times what one document more does; a change that comes alone
/// waits for nothing. Not safe for use by several threads at once, but for <see cref="Took"/>.
/// </summary>
internal sealed class WritePace(TimeProvider time)
{
    /// <summary>However slow the store: half of the 20 ms within which a change is to be stored.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(10);

    private long? _begun;
    private long _typical;

    /// <summary>Until the next command is to be begun.</summary>
    public TimeSpan Wait
    {
        get
        {
            var between = TimeSpan.FromTicks(Math.Min(Interlocked.Read(ref _typical), Longest.Ticks));
            return _begun is { } begun && between - time.GetElapsedTime(begun) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
        }
    }

    public void Begin() => _begun = time.GetTimestamp();

    /// <summary>A command took so long. What counts is what they usually take: a single slow one is no reason to hold back the next.</summary>
    public void Took(TimeSpan command)
    {
        var typical = Interlocked.Read(ref _typical);
        Interlocked.Exchange(ref _typical, typical + ((command.Ticks - typical) / 8));
    }
}
