namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>Something that a loop watches: its place among the loop's entries, and its one timer. Belongs to one loop and is touched by its thread alone.</summary>
internal abstract class LoopEntry
{
    /// <summary>Where the loop keeps it; -1 while it is not kept.</summary>
    internal int Slot { get; set; } = -1;

    internal uint Generation { get; set; }

    internal LoopEntry? TimerNext { get; set; }

    internal LoopEntry? TimerPrevious { get; set; }

    /// <summary>The tick at which the timer is due; -1 while it is not armed.</summary>
    internal long TimerTick { get; set; } = -1;

    /// <summary>Readiness of a descriptor, as epoll tells it. The side is the low bit of the token it was added with.</summary>
    internal abstract void OnReady(uint events, int side);

    internal virtual void OnTimer()
    {
    }

    /// <summary>A method of the entry threw.</summary>
    internal virtual void OnFault()
    {
    }

    /// <summary>Work was left when the entry used up its turn; here is the next.</summary>
    internal virtual void OnTurn()
    {
    }
}
