using Harbor.State.Leases;

namespace Harbor.Node.Leases;

/// <summary>One node's view of who lives, and its next move in the document that divides the partitions. Pure; the caller stores what it answers.</summary>
internal sealed class PartitionTable(string self, TimeProvider time)
{
    /// <summary>
    /// A node whose number did not move for this long is dead. Its last move is seen one look late and its silence another, so with two looks a second
    /// its share has moved after 4 s at most, which leaves a second of the 5 s promised for the writing.
    /// </summary>
    public static TimeSpan MemberSilence { get; } = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, (long Number, long SeenAt)> _seen = [];
    private PartitionsDocument? _last;

    public string Self => self;

    /// <summary>By the last <see cref="Next"/>: the same nodes have the same partitions as at the one before, and every one has been heard just now.</summary>
    public bool IsAtRest { get; private set; }

    /// <summary>What the document should become: this node alive, dead ones gone, each partition owned, and this node's surplus handed on.</summary>
    public PartitionsDocument Next(PartitionsDocument? stored)
    {
        var members = Living(stored).ToDictionary();
        members[self] = (stored?.Members.GetValueOrDefault(self) ?? 0) + 1;
        var owners = Enumerable.Range(0, Partitions.Count)
            .Select(partition => stored?.Owners.ElementAtOrDefault(partition) is { } owner && members.ContainsKey(owner) ? owner : "")
            .ToArray();
        Divide(owners, members.Keys);
        var next = new PartitionsDocument { Id = PartitionsDocument.DeaEvents, Version = stored?.Version ?? 0, Members = members, Owners = owners };
        IsAtRest = _last is { } last && last.Owners.SequenceEqual(owners) && members.Keys.ToHashSet().SetEquals(last.Members.Keys) && !members.Keys.Any(IsSuspect);
        _last = next;
        return next;
    }

    /// <summary>The document without this node: its partitions are free at once.</summary>
    public PartitionsDocument Without(PartitionsDocument stored) => stored with
    {
        Members = stored.Members.Where(member => member.Key != self).ToDictionary(),
        Owners = [.. stored.Owners.Select(owner => owner == self ? "" : owner)],
    };

    /// <summary>It has stopped writing by now, and may be about to be dead.</summary>
    private bool IsSuspect(string member) => member != self && time.GetElapsedTime(_seen[member].SeenAt) >= PartitionShare.ClaimAge;

    private IEnumerable<KeyValuePair<string, long>> Living(PartitionsDocument? stored)
    {
        foreach (var member in stored?.Members ?? new Dictionary<string, long>())
        {
            if (!_seen.TryGetValue(member.Key, out var seen) || seen.Number != member.Value)
            {
                _seen[member.Key] = seen = (member.Value, time.GetTimestamp());
            }

            if (time.GetElapsedTime(seen.SeenAt) < MemberSilence)
            {
                yield return member;
            }
        }
    }

    /// <summary>Free partitions go to who has least. Of what others have nothing is taken; only this node's own surplus is handed on, since it alone can stop writing first.</summary>
    private void Divide(string[] owners, IReadOnlyCollection<string> members)
    {
        var counts = members.Order(StringComparer.Ordinal).ToDictionary(member => member, member => owners.Count(owner => owner == member));
        var fair = (int)Math.Ceiling(owners.Length / (double)counts.Count);
        for (var partition = 0; partition < owners.Length; partition++)
        {
            var owner = owners[partition];
            var least = counts.MinBy(member => member.Value).Key;
            if (owner.Length == 0 || (owner == self && counts[self] > fair && counts[least] < fair))
            {
                owners[partition] = least;
                counts[least]++;
                if (owner == self)
                {
                    counts[self]--;
                }
            }
        }
    }
}
