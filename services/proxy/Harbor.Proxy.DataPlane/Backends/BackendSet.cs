using System.Collections.Immutable;

namespace Harbor.Proxy.DataPlane.Backends;

/// <summary>The backends of a port at one moment, in the snapshot's order. Immutable, swapped as a whole, the same for TCP and UDP.</summary>
internal sealed class BackendSet
{
    private readonly BackendMember[] _members;

    private BackendSet(BackendMember[] members) => _members = members;

    public static BackendSet Empty { get; } = new([]);

    public ReadOnlySpan<BackendMember> Members => _members;

    /// <summary>
    /// The set that follows this one: backends that stay keep their state, and one that has been heard of meanwhile is verified. Those that
    /// do not stay are marked as gone, and are returned, so that their connections can be reset.
    /// </summary>
    public BackendSet Next(ImmutableArray<BackendSnapshot> backends, out IReadOnlyList<BackendState> gone)
    {
        var members = new BackendMember[backends.Length];
        var kept = new HashSet<BackendState>();
        var known = _members.ToLookup(member => member.State.Address, member => member.State);
        for (var i = 0; i < backends.Length; i++)
        {
            var snapshot = backends[i];
            var state = known[snapshot.Address].FirstOrDefault(state => state.IsSame(snapshot) && !kept.Contains(state)) ?? new BackendState(snapshot);
            kept.Add(state);
            if (!snapshot.Unverified)
            {
                state.MarkVerified();
            }

            members[i] = new BackendMember(state, snapshot.Draining);
        }

        var left = new List<BackendState>();
        foreach (var member in _members)
        {
            if (!kept.Contains(member.State))
            {
                member.State.MarkGone();
                left.Add(member.State);
            }
        }

        gone = left;
        return new BackendSet(members);
    }
}
