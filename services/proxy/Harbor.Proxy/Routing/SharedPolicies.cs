using System.Collections.Concurrent;
using Harbor.Contracts.Ports;

namespace Harbor.Proxy.Routing;

/// <summary>Makes equal policies one object: thousands of ports go by a plan's. Safe for use by several threads.</summary>
internal sealed class SharedPolicies
{
    /// <summary>Owners may give each port one of its own: those are not remembered.</summary>
    private const int Most = 256;

    private readonly ConcurrentDictionary<PortPolicy, WantedPolicy> _known = new(new ByValue());

    public WantedPolicy Share(PortPolicy policy)
    {
        if (_known.TryGetValue(policy, out var known))
        {
            return known;
        }

        return _known.Count < Most ? _known.GetOrAdd(policy, static added => new WantedPolicy(added)) : new WantedPolicy(policy);
    }

    /// <summary>A record compares its lists by reference.</summary>
    private sealed class ByValue : IEqualityComparer<PortPolicy>
    {
        public bool Equals(PortPolicy? one, PortPolicy? other)
            => one is null || other is null
                ? one == other
                : one.Allow.SequenceEqual(other.Allow) && one.Deny.SequenceEqual(other.Deny) && one with { Allow = other.Allow, Deny = other.Deny } == other;

        public int GetHashCode(PortPolicy policy) => (policy with { Allow = [], Deny = [] }).GetHashCode();
    }
}
