using System.Diagnostics;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// Whether a loop that has nothing to do asks again for a moment before it sleeps. To be woken costs the sender of the next bytes more than all
/// else that it does, so asking pays where they are microseconds away: where each of the last waits was shorter than the moment. A longer
/// wait ends it, as does another thread on the processor meanwhile; then twice as many short waits must be seen before the next try. An idle loop never asks twice.
/// Times are <see cref="Stopwatch"/> ticks.
/// </summary>
internal sealed class Polling
{
    internal const int FewestShortWaits = 16;
    internal const int MostShortWaits = 4096;

    /// <summary>As long as a peer on the same machine takes to answer.</summary>
    internal static readonly long Moment = Stopwatch.Frequency * 50 / 1_000_000;

    /// <summary>Two questions this far apart had something else of the machine's between them; an empty epoll_wait takes well under a microsecond.</summary>
    internal static readonly long Interruption = Stopwatch.Frequency * 10 / 1_000_000;

    private int _shortWaits;
    private int _needed = FewestShortWaits;

    public bool IsWorthwhile => _shortWaits >= _needed;

    /// <summary>Who sends in bulk waits for no answer, and needs the processor more than it minds waking us: asking would take from the flow what it moves with.</summary>
    public void MovedBulk() => _shortWaits = 0;

    /// <summary>To be told of every wait that was slept.</summary>
    public void Slept(long length) => _shortWaits = length < Moment ? Math.Min(_shortWaits + 1, _needed) : 0;

    /// <summary>Whether to ask once more, after a question asked and answered at these times.</summary>
    public bool AsksAgain(long startedAt, long askedAt, long answeredAt, bool hasEvents)
    {
        if (answeredAt - askedAt >= Interruption || (!hasEvents && answeredAt - startedAt >= Moment))
        {
            _shortWaits = 0;
            _needed = Math.Min(_needed * 2, MostShortWaits);
            return false;
        }

        if (hasEvents)
        {
            _needed = Math.Max(_needed - 1, FewestShortWaits);
        }

        return !hasEvents;
    }
}
