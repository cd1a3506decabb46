using Harbor.Proxy.DataPlane.Addresses;
using Harbor.Proxy.DataPlane.Backends;

namespace Harbor.Proxy.DataPlane.Balancing;

/// <summary>
/// Picks a backend for a new connection (session) of one transport of a port. Backends fall into ranks (<see cref="PickRank"/>); the mode of
/// balancing chooses among those of the best rank only. What it picks is acquired: the caller owes one <see cref="BackendHealth.Release"/>.
/// No allocation; safe for any number of threads.
/// </summary>
internal sealed class BackendPicker(Transport transport, Random? random = null)
{
    private uint _turn = uint.MaxValue;

    /// <summary>
    /// Null where no backend is left that was not tried. <paramref name="canConnect"/> is true for a connection that finds out by itself
    /// whether an unverified backend answers; for others those do not count.
    /// </summary>
    public BackendState? Pick(BackendSet set, BalanceMode mode, ClientAddress client, long nowMs, in TriedBackends tried, bool canConnect)
    {
        // Another thread may claim the only trial of a backend that comes back, or its state may change meanwhile: look again then.
        for (var round = 0; round < 3; round++)
        {
            var rank = BestRank(set, nowMs, tried, canConnect, out var count);
            if (rank == PickRank.None)
            {
                return null;
            }

            var index = Choose(set, mode, client, nowMs, tried, canConnect, rank, count);
            if (index >= 0)
            {
                var state = set.Members[index].State;
                var health = state.HealthOf(transport);
                if (health.TryClaim(nowMs) || rank >= PickRank.SetAside)
                {
                    health.Acquire();
                    return state;
                }
            }
        }

        return PickAnything(set, nowMs, tried, canConnect);
    }

    private int Choose(BackendSet set, BalanceMode mode, ClientAddress client, long nowMs, in TriedBackends tried, bool canConnect, PickRank rank, int count)
    {
        switch (mode)
        {
            case BalanceMode.RoundRobin:
                return Nth(set, nowMs, tried, canConnect, rank, (int)(Interlocked.Increment(ref _turn) % (uint)count));
            case BalanceMode.Random:
                return Nth(set, nowMs, tried, canConnect, rank, (random ?? Random.Shared).Next(count));
            case BalanceMode.LeastConnections:
                return Least(set, nowMs, tried, canConnect, rank, (int)(Interlocked.Increment(ref _turn) % (uint)count));
            case BalanceMode.SourceHash:
                return Highest(set, client.StableHash(), nowMs, tried, canConnect, rank);
            default:
                return Nth(set, nowMs, tried, canConnect, rank, 0);
        }
    }

    private PickRank BestRank(BackendSet set, long nowMs, in TriedBackends tried, bool canConnect, out int count)
    {
        var best = PickRank.None;
        count = 0;
        foreach (ref readonly var member in set.Members)
        {
            var rank = RankOf(member, nowMs, tried, canConnect);
            if (rank < best)
            {
                best = rank;
                count = 0;
            }

            count += rank == best ? 1 : 0;
        }

        return best;
    }

    private PickRank RankOf(in BackendMember member, long nowMs, in TriedBackends tried, bool canConnect)
    {
        var state = member.State;
        if (state.IsGone || tried.Contains(state) || (!state.IsVerified && !canConnect))
        {
            return PickRank.None;
        }

        var rank = member.IsDraining ? PickRank.Draining : PickRank.Live;
        rank += state.IsVerified ? 0 : PickRank.Unverified - PickRank.Live;
        return state.HealthOf(transport).IsSetAside(nowMs) ? rank + (int)PickRank.SetAside : rank;
    }

    private int Nth(BackendSet set, long nowMs, in TriedBackends tried, bool canConnect, PickRank rank, int n)
    {
        for (var i = 0; i < set.Members.Length; i++)
        {
            if (RankOf(set.Members[i], nowMs, tried, canConnect) == rank && n-- == 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Among equals the turn decides, so that a quiet port does not send everyone to the first.</summary>
    private int Least(BackendSet set, long nowMs, in TriedBackends tried, bool canConnect, PickRank rank, int turn)
    {
        var (best, fewest) = (-1, int.MaxValue);
        for (var lap = 0; lap < 2; lap++)
        {
            var seen = 0;
            for (var i = 0; i < set.Members.Length; i++)
            {
                if (RankOf(set.Members[i], nowMs, tried, canConnect) == rank && (seen++ >= turn) == (lap == 0)
                    && set.Members[i].State.HealthOf(transport).Active is var active && active < fewest)
                {
                    (best, fewest) = (i, active);
                }
            }
        }

        return best;
    }

    /// <summary>Rendezvous hashing: each backend draws a number for the client and the highest wins, so one more backend takes 1/n of the clients, from all alike.</summary>
    private int Highest(BackendSet set, ulong clientHash, long nowMs, in TriedBackends tried, bool canConnect, PickRank rank)
    {
        var (best, highest) = (-1, 0UL);
        for (var i = 0; i < set.Members.Length; i++)
        {
            if (RankOf(set.Members[i], nowMs, tried, canConnect) == rank)
            {
                var score = ClientAddress.Mix(clientHash ^ set.Members[i].State.HashKey);
                if (best < 0 || score > highest)
                {
                    (best, highest) = (i, score);
                }
            }
        }

        return best;
    }

    /// <summary>Three lost races in a row: better a backend on trial than a refusal.</summary>
    private BackendState? PickAnything(BackendSet set, long nowMs, in TriedBackends tried, bool canConnect)
    {
        foreach (ref readonly var member in set.Members)
        {
            if (RankOf(member, nowMs, tried, canConnect) != PickRank.None)
            {
                member.State.HealthOf(transport).Acquire();
                return member.State;
            }
        }

        return null;
    }
}
