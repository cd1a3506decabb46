namespace Harbor.Node.Leases;

/// <summary>The partitions for which this node writes, tells reasons and asks for main ports, as far as it may rely on that: its claim ends by itself when it was not renewed.</summary>
internal sealed class PartitionShare(TimeProvider time)
{
    /// <summary>Shorter than <see cref="PartitionTable.MemberSilence"/>: a node that cannot renew stops writing before another begins, and what it has under way then has a second to end.</summary>
    public static TimeSpan ClaimAge { get; } = TimeSpan.FromSeconds(2);

    private volatile Claim _claim = new([], 0);

    public int Count => IsCurrent(_claim) ? _claim.Owned.Count(owned => owned) : 0;

    public bool Owns(string? dea)
    {
        var claim = _claim;
        return claim.Owned.Length > 0 && claim.Owned[Partitions.Of(dea)] && IsCurrent(claim);
    }

    /// <param name="owned">By partition, whether this node has it.</param>
    /// <param name="since">When the renewal that says so was begun, by <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <returns>The partitions that the node did not have a moment ago.</returns>
    public HashSet<int> Renew(bool[] owned, long since)
    {
        var gained = Gains(owned);
        _claim = new(owned, since);
        return gained;
    }

    /// <summary>Those of the partitions that the node does not have now.</summary>
    public HashSet<int> Gains(bool[] owned)
    {
        var claim = _claim;
        var current = IsCurrent(claim);
        return [.. Enumerable.Range(0, owned.Length).Where(partition => owned[partition] && !(current && claim.Owned[partition]))];
    }

    public void GiveUp() => _claim = new([], 0);

    private bool IsCurrent(Claim claim) => claim.Owned.Length > 0 && time.GetElapsedTime(claim.Since) < ClaimAge;

    private sealed record Claim(bool[] Owned, long Since);
}
