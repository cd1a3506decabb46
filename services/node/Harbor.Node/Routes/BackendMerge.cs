using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>
/// What a port's stored backends become. Each entry has one writing node, the one that has its DEA's partition: what another node
/// writes stays as it is. Those that stay keep their order and the time since when they are there.
/// </summary>
internal static class BackendMerge
{
    /// <param name="stored">The backends in the port's document.</param>
    /// <param name="table">The backends in the route table, the longest known first.</param>
    /// <param name="owns">Whether this node writes for a DEA (null: for instances without one).</param>
    /// <param name="mayRemove">Whether this node may take out a stored backend that the table does not have.</param>
    public static Merged Merge(IReadOnlyList<BackendEntry> stored, List<Backend> table, Func<string?, bool> owns, Func<BackendEntry, bool> mayRemove)
    {
        var left = new Dictionary<BackendAddress, Backend>(table.Count);
        foreach (var backend in table)
        {
            left.TryAdd(backend.Address, backend);
        }

        var merged = new List<BackendEntry>(table.Count);
        var (changed, isInHandover) = (false, false);
        foreach (var entry in stored)
        {
            BackendEntry? kept;
            if (AddressOf(entry) is not { } address || !left.Remove(address, out var backend))
            {
                kept = mayRemove(entry) ? null : entry;
            }
            else if (owns(backend.Dea))
            {
                kept = Update(entry, backend);
            }
            else
            {
                kept = entry;
                isInHandover |= owns(entry.DeaId);
            }

            changed |= !ReferenceEquals(kept, entry);
            if (kept is not null)
            {
                merged.Add(kept);
            }
        }

        foreach (var backend in table)
        {
            if (left.ContainsKey(backend.Address) && owns(backend.Dea))
            {
                merged.Add(EntryOf(backend));
                changed = true;
            }
        }

        return new(changed ? merged : stored, isInHandover);
    }

    /// <summary>An entry is its DEA's writer's; but an address that another instance has now must not wait for a writer who has not heard of that yet.</summary>
    /// <param name="entry">A stored backend that the table does not have.</param>
    /// <param name="holder">Who is at its address by now, where that is known.</param>
    /// <param name="owns">Whether this node writes for a DEA.</param>
    public static bool MayRemove(BackendEntry entry, (string App, string? Instance, string? Dea)? holder, Func<string?, bool> owns)
        => owns(entry.DeaId) || (holder is { } other && (other.App != entry.AppGuid || other.Instance != entry.InstanceId) && owns(other.Dea));

    public static BackendAddress? AddressOf(BackendEntry entry)
        => entry.Port is > 0 and <= ushort.MaxValue && HostAddress.Parse(entry.Host) is { } host ? new(host, (ushort)entry.Port) : null;

    private static BackendEntry Update(BackendEntry entry, Backend backend)
        => entry.AppGuid == backend.App && entry.InstanceId == backend.Instance && entry.InstanceIndex == backend.Index
           && entry.DeaId == backend.Dea && entry.Draining == backend.Draining
            ? entry
            : EntryOf(backend) with { Since = IsSameProcess(entry, backend) ? entry.Since : backend.Since };

    /// <summary>The workers keep the connections of what has the same time: see <see cref="BackendEntry.Since"/>.</summary>
    private static bool IsSameProcess(BackendEntry entry, Backend backend)
        => entry.AppGuid == backend.App && (entry.InstanceId is null || entry.InstanceId == backend.Instance || entry.InstanceId == backend.FormerInstance);

    private static BackendEntry EntryOf(Backend backend) => new()
    {
        Host = backend.Address.Host.ToString(),
        Port = backend.Address.Port,
        AppGuid = backend.App,
        InstanceId = backend.Instance,
        InstanceIndex = backend.Index,
        DeaId = backend.Dea,
        Draining = backend.Draining,
        Since = backend.Since,
    };

    /// <param name="Backends">The stored ones themselves where nothing changes.</param>
    /// <param name="IsInHandover">Whether an entry of a DEA that this node writes for has an address that by now is an instance's on another's.</param>
    public readonly record struct Merged(IReadOnlyList<BackendEntry> Backends, bool IsInHandover);
}
