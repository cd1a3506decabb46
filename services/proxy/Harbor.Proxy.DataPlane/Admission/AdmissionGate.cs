using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Admission;

/// <summary>
/// Lets connections (sessions) of one transport of a port in, or names the rule that keeps them out. Counts all that are in, also those that wait
/// for a backend, so that a cap that is set under traffic counts what was there before. Safe for any number of threads.
/// </summary>
internal sealed class AdmissionGate(int sourcePrefixIPv6)
{
    private SourceTable? _sources;
    private int _inside;

    /// <summary>How many were let in and have not left.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>How many sources are remembered: for tests of the memory bound.</summary>
    internal int RememberedSources => Volatile.Read(ref _sources)?.Count ?? 0;

    /// <summary>Made for the first client: most ports of a pool wait for theirs.</summary>
    private SourceTable Sources => LazyInitializer.EnsureInitialized(ref _sources);

    /// <summary>True: the caller owes one <see cref="Leave"/>. False: nothing was taken.</summary>
    public bool TryEnter(AdmissionRules rules, ClientAddress client, long nowMs, out RefusalReason refusal)
    {
        if (!rules.Admits(client))
        {
            refusal = RefusalReason.Denied;
            return false;
        }

        var policy = rules.Policy;
        var inside = Interlocked.Increment(ref _inside);
        if (policy.MaxConnections > 0 && inside > policy.MaxConnections)
        {
            Interlocked.Decrement(ref _inside);
            refusal = RefusalReason.MaxConnections;
            return false;
        }

        if (!Sources.TryEnter(client.SourceOf(sourcePrefixIPv6), policy.MaxConnectionsPerSource, policy.ConnectionRatePerSource, nowMs, out refusal))
        {
            Interlocked.Decrement(ref _inside);
            return false;
        }

        return true;
    }

    public void Leave(ClientAddress client, long nowMs)
    {
        Sources.Leave(client.SourceOf(sourcePrefixIPv6), nowMs);
        Interlocked.Decrement(ref _inside);
    }
}
