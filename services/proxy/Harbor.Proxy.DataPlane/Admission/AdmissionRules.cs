using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Harbor.Proxy.DataPlane.Addresses;

namespace Harbor.Proxy.DataPlane.Admission;

/// <summary>A <see cref="RelayPolicy"/> made ready for the byte path: address rules compiled, times in milliseconds. Immutable, swapped as a whole.</summary>
internal sealed class AdmissionRules
{
    /// <summary>Ports that were given one policy share what was made of it: thousands go by a plan's.</summary>
    private static readonly ConditionalWeakTable<RelayPolicy, AdmissionRules> _compiled = [];

    private readonly AddressRanges? _allow;
    private readonly AddressRanges? _deny;

    private AdmissionRules(RelayPolicy policy, AddressRanges? allow, AddressRanges? deny)
    {
        Policy = policy;
        _allow = allow;
        _deny = deny;
        ConnectTimeoutMs = (long)policy.ConnectTimeout.TotalMilliseconds;
        IdleTimeoutMs = (long)policy.IdleTimeout.TotalMilliseconds;
        HoldMs = (long)policy.Hold.TotalMilliseconds;
    }

    public RelayPolicy Policy { get; }

    public long ConnectTimeoutMs { get; }

    /// <summary>0 is never.</summary>
    public long IdleTimeoutMs { get; }

    /// <summary>0 is not at all.</summary>
    public long HoldMs { get; }

    /// <summary>Compiles a policy; the address rules of <paramref name="previous"/> are taken over where they did not change.</summary>
    public static AdmissionRules Compile(RelayPolicy policy, AdmissionRules? previous = null)
    {
        if (previous?.Policy == policy)
        {
            return previous;
        }

        return _compiled.TryGetValue(policy, out var known) ? known : _compiled.GetOrAdd(policy, CompileAnew(policy, previous));
    }

    /// <summary>Deny wins; an empty allow list lets all in.</summary>
    public bool Admits(ClientAddress client) =>
        (_deny is null || !_deny.Contains(client)) && (_allow is null || _allow.Contains(client));

    private static AdmissionRules CompileAnew(RelayPolicy policy, AdmissionRules? previous)
    {
        if (previous is not null && Same(previous.Policy.Allow, policy.Allow) && Same(previous.Policy.Deny, policy.Deny))
        {
            return new AdmissionRules(policy, previous._allow, previous._deny);
        }

        return new AdmissionRules(
            policy,
            policy.Allow.IsDefaultOrEmpty ? null : new AddressRanges(policy.Allow),
            policy.Deny.IsDefaultOrEmpty ? null : new AddressRanges(policy.Deny));
    }

    private static bool Same(ImmutableArray<IPNetwork> networks, ImmutableArray<IPNetwork> others) => networks.AsSpan().SequenceEqual(others.AsSpan());
}
