using System.Runtime.InteropServices;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Admission;

/// <summary>
/// What is known of each client address of one transport of a port: how many are in, and its rate. Memory is bounded: an address with
/// something in is bounded by the caps on connections and sessions; one with nothing in is remembered only while its rate still matters (at most
/// one second), and of those at most <see cref="MaxIdleSources"/>, the oldest forgotten first. A forgotten one starts anew with a full allowance.
/// Safe for any number of threads: one lock, held for some tens of nanoseconds.
/// </summary>
internal sealed class SourceTable
{
    /// <summary>Some 64 bytes each: 256 KiB a port at the worst, under a flood of spoofed addresses against a port with a rate.</summary>
    internal const int MaxIdleSources = 4096;

    /// <summary>How much of a rate may come at once: one second's worth.</summary>
    private const long BurstMicroseconds = 1_000_000;

    private readonly Lock _lock = new();
    private Dictionary<ClientAddress, Source>? _sources;
    private Queue<(ClientAddress Client, long LeftAtMs)>? _idle;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sources?.Count ?? 0;
            }
        }
    }

    /// <summary>Zero caps are no limit. True: the caller owes one <see cref="Leave"/>.</summary>
    public bool TryEnter(ClientAddress client, int maxInside, int ratePerSecond, long nowMs, out RefusalReason refusal)
    {
        lock (_lock)
        {
            _sources ??= [];
            ForgetIdle(nowMs);
            ref var source = ref CollectionsMarshal.GetValueRefOrAddDefault(_sources, client, out _);
            if (maxInside > 0 && source.Inside >= maxInside)
            {
                refusal = RefusalReason.MaxConnectionsPerSource;
                return false;
            }

            if (ratePerSecond > 0 && !TryTakeRate(ref source, ratePerSecond, nowMs))
            {
                refusal = RefusalReason.RatePerSource;
                return false;
            }

            source.Inside++;
            refusal = default;
            return true;
        }
    }

    public void Leave(ClientAddress client, long nowMs)
    {
        lock (_lock)
        {
            ref var source = ref CollectionsMarshal.GetValueRefOrNullRef(_sources!, client);
            if (--source.Inside > 0)
            {
                return;
            }

            if (source.IsQueued)
            {
                // Since an earlier time that it had nothing in; it is looked at when its turn comes.
                return;
            }

            if (source.DueAtMicroseconds <= nowMs * 1000)
            {
                _sources!.Remove(client);
            }
            else
            {
                source.IsQueued = true;
                _idle ??= new();
                _idle.Enqueue((client, nowMs));
                ForgetIdle(nowMs);
            }
        }
    }

    /// <summary>
    /// A token bucket in its one-number form (GCRA): the time at which the allowance taken so far would be due at the steady rate. A bucket of
    /// one second's worth is empty when that lies a second ahead, and full when it has passed.
    /// </summary>
    private static bool TryTakeRate(ref Source source, int ratePerSecond, long nowMs)
    {
        var now = nowMs * 1000;
        var due = Math.Max(now, source.DueAtMicroseconds) + (BurstMicroseconds / ratePerSecond);
        if (due - now > BurstMicroseconds)
        {
            return false;
        }

        source.DueAtMicroseconds = due;
        return true;
    }

    /// <summary>A source is queued once, when it first has nothing in; by the time it is looked at it may have come back.</summary>
    private void ForgetIdle(long nowMs)
    {
        while (_idle is { Count: > 0 } && (_idle.Count > MaxIdleSources || _idle.Peek().LeftAtMs + (BurstMicroseconds / 1000) <= nowMs))
        {
            var isFull = _idle.Count > MaxIdleSources;
            var client = _idle.Dequeue().Client;
            ref var source = ref CollectionsMarshal.GetValueRefOrNullRef(_sources!, client);
            if (source.Inside > 0)
            {
                source.IsQueued = false;
            }
            else if (isFull || source.DueAtMicroseconds <= nowMs * 1000)
            {
                _sources!.Remove(client);
            }
            else
            {
                _idle.Enqueue((client, nowMs));
            }
        }
    }

    private struct Source
    {
        public int Inside;
        public bool IsQueued;
        public long DueAtMicroseconds;
    }
}
