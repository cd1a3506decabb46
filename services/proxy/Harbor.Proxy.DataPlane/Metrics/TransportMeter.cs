using System.Collections.Immutable;

namespace Harbor.Proxy.DataPlane.Metrics;

/// <summary>The counters of one transport of a port: a cell for each loop that has counted, summed when read. An idle port has none.</summary>
internal sealed class TransportMeter
{
    private static RefusalReason[] RefusalReasons { get; } = Enum.GetValues<RefusalReason>();
    private static EndReason[] EndReasons { get; } = Enum.GetValues<EndReason>();

    private TransportCells?[] _cells = [];

    /// <summary>The cell of a loop; makes it if need be. Loops keep what they got: it stays the same.</summary>
    public TransportCells CellsOf(int loop)
    {
        var cells = Volatile.Read(ref _cells);
        return loop < cells.Length && cells[loop] is { } known ? known : Add(loop);
    }

    public bool HasCounted => Volatile.Read(ref _cells).Length > 0;

    public TransportCounters Read()
    {
        var refused = new Dictionary<RefusalReason, long>();
        var ended = new Dictionary<EndReason, long>();
        var sum = new TransportCounters();
        foreach (var cells in Volatile.Read(ref _cells))
        {
            if (cells is null)
            {
                continue;
            }

            // Ended before accepted: a connection that comes and goes between the two reads must not make the active ones negative.
            foreach (var reason in EndReasons)
            {
                AddTo(ended, reason, Volatile.Read(ref cells.Ended(reason)));
            }

            foreach (var reason in RefusalReasons)
            {
                AddTo(refused, reason, Volatile.Read(ref cells.Refused(reason)));
            }

            sum = Add(sum, cells);
        }

        return sum with
        {
            Active = sum.Accepted - ended.Values.Sum(),
            Refused = refused.ToImmutableDictionary(),
            Ended = ended.ToImmutableDictionary(),
        };
    }

    private static TransportCounters Add(TransportCounters sum, TransportCells cells) => sum with
    {
        Accepted = sum.Accepted + Volatile.Read(ref cells.Accepted),
        BytesIn = sum.BytesIn + Volatile.Read(ref cells.BytesIn),
        BytesOut = sum.BytesOut + Volatile.Read(ref cells.BytesOut),
        DatagramsIn = sum.DatagramsIn + Volatile.Read(ref cells.DatagramsIn),
        DatagramsOut = sum.DatagramsOut + Volatile.Read(ref cells.DatagramsOut),
        DatagramsDropped = sum.DatagramsDropped + Volatile.Read(ref cells.DatagramsDropped),
        ConnectFailures = sum.ConnectFailures + Volatile.Read(ref cells.ConnectFailures),
    };

    private static void AddTo<TReason>(Dictionary<TReason, long> counts, TReason reason, long count)
        where TReason : struct, Enum
    {
        if (count != 0)
        {
            counts[reason] = counts.GetValueOrDefault(reason) + count;
        }
    }

    private TransportCells Add(int loop)
    {
        while (true)
        {
            var old = Volatile.Read(ref _cells);
            if (loop < old.Length && old[loop] is { } known)
            {
                return known;
            }

            var next = new TransportCells?[Math.Max(old.Length, loop + 1)];
            old.CopyTo(next, 0);
            var added = next[loop] = new TransportCells();
            if (Interlocked.CompareExchange(ref _cells, next, old) == old)
            {
                return added;
            }
        }
    }
}
