using System.Numerics;

namespace Harbor.Proxy.DataPlane.Linux.Loops;

/// <summary>
/// The timers of a loop: a hashed wheel of <see cref="Size"/> slots of <see cref="TickMilliseconds"/> each, entries linked into the slot of their tick.
/// Arming and disarming are O(1) and allocate nothing; an entry more than a turn ahead is looked at once a turn. Timers never fire early, and at most
/// a tick late.
/// </summary>
internal sealed class TimerWheel
{
    internal const int TickMilliseconds = 16;
    private const int Size = 512;

    private readonly LoopEntry?[] _slots = new LoopEntry?[Size];
    private readonly ulong[] _occupied = new ulong[Size / 64];
    private long _tick;
    private int _count;

    public bool IsEmpty => _count == 0;

    public void Arm(LoopEntry entry, long nowMilliseconds, long delayMilliseconds)
    {
        if (entry.TimerTick >= 0)
        {
            Disarm(entry);
        }

        var tick = Math.Max((nowMilliseconds + delayMilliseconds + TickMilliseconds - 1) / TickMilliseconds, _tick + 1);
        var slot = (int)(tick % Size);
        entry.TimerTick = tick;
        entry.TimerPrevious = null;
        entry.TimerNext = _slots[slot];
        if (entry.TimerNext is { } next)
        {
            next.TimerPrevious = entry;
        }

        _slots[slot] = entry;
        _occupied[slot / 64] |= 1UL << (slot % 64);
        _count++;
    }

    public void Disarm(LoopEntry entry)
    {
        if (entry.TimerTick < 0)
        {
            return;
        }

        var slot = (int)(entry.TimerTick % Size);
        if (entry.TimerPrevious is { } previous)
        {
            previous.TimerNext = entry.TimerNext;
        }
        else
        {
            _slots[slot] = entry.TimerNext;
            if (entry.TimerNext is null)
            {
                _occupied[slot / 64] &= ~(1UL << (slot % 64));
            }
        }

        if (entry.TimerNext is { } next)
        {
            next.TimerPrevious = entry.TimerPrevious;
        }

        entry.TimerNext = entry.TimerPrevious = null;
        entry.TimerTick = -1;
        _count--;
    }

    /// <summary>Fires what is due. A timer that fires may arm, disarm or end any entry.</summary>
    public void Advance(long nowMilliseconds)
    {
        var target = nowMilliseconds / TickMilliseconds;
        // After a long sleep one turn of the wheel sees every slot.
        _tick = Math.Max(_tick, target - Size);
        while (_tick < target)
        {
            _tick++;
            while (FirstDue((int)(_tick % Size), target) is { } due)
            {
                Disarm(due);
                due.OnTimer();
            }
        }
    }

    /// <summary>How long the loop may sleep before a slot with timers comes round; -1 where there is none.</summary>
    public int NextDelay(long nowMilliseconds)
    {
        var start = (int)((_tick + 1) % Size);
        for (var step = 0; step <= _occupied.Length; step++)
        {
            var word = (start / 64 + step) % _occupied.Length;
            var bits = _occupied[word];
            if (step == 0)
            {
                bits &= ulong.MaxValue << (start % 64);
            }

            if (bits != 0)
            {
                var slot = (word * 64) + BitOperations.TrailingZeroCount(bits);
                var ahead = (slot - start + Size) % Size;
                return (int)Math.Max(1, ((_tick + 1 + ahead) * TickMilliseconds) - nowMilliseconds);
            }
        }

        return -1;
    }

    private LoopEntry? FirstDue(int slot, long target)
    {
        for (var entry = _slots[slot]; entry is not null; entry = entry.TimerNext)
        {
            if (entry.TimerTick <= target)
            {
                return entry;
            }
        }

        return null;
    }
}
