using System.Collections.Immutable;
using Harbor.Node.Leases;
using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <summary>
/// Which ports' documents hold which address: as seen by the watch, as written here, and as being written here. An address has to have left all ports
/// of its former process before it is added to one of the next: what two ports listed would be, for a moment, one application's clients at another's
/// process. Safe for use by several threads.
/// </summary>
internal sealed class StoredAddresses
{
    private readonly Lock _gate = new();
    private readonly DirtyPorts _dirty;
    private readonly OthersWrites _others;
    private readonly PartitionShare _share;
    private readonly Dictionary<string, PortDocument> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Host, int Port), ImmutableArray<Holding>> _holdings = [];
    private readonly Dictionary<(string Host, int Port), HashSet<string>> _waiting = [];
    private readonly HashSet<AddressClaim> _unsure = [];

    public StoredAddresses(NodeViews views, DirtyPorts dirty, OthersWrites others, PartitionShare share)
    {
        _dirty = dirty;
        _others = others;
        _share = share;
        views.Ports.Changed += OnPort;
    }

    /// <summary>
    /// Claims for a port the addresses that are new to it. Those that another port's document holds for another instance are left out, and the port is queued
    /// again when they have left. The claim must be settled or disposed.
    /// </summary>
    /// <param name="port">The port as stored, with the backends that it is to have.</param>
    /// <param name="stored">The backends that it has.</param>
    /// <param name="timestamp">When the event came that changes it.</param>
    public AddressClaim Claim(PortDocument port, IReadOnlyList<BackendEntry> stored, long timestamp)
    {
        lock (_gate)
        {
            var known = stored.Select(entry => (entry.Host, entry.Port, entry.AppGuid)).ToHashSet();
            var claim = new AddressClaim(this, port);
            var granted = new List<BackendEntry>(port.Backends.Count);
            foreach (var entry in port.Backends)
            {
                if (known.Contains((entry.Host, entry.Port, entry.AppGuid)))
                {
                    granted.Add(entry);
                }
                else if (IsFree(port.Id, entry, timestamp))
                {
                    granted.Add(entry);
                    Hold(new(port.Id, entry, claim));
                }
            }

            claim.Port = granted.Count == port.Backends.Count ? port : port with { Backends = granted };
            return claim;
        }
    }

    /// <summary>Whether a write of the port may or may not have happened: only the store can tell.</summary>
    public bool IsUnsure(string portId)
    {
        lock (_gate)
        {
            return _unsure.Count > 0 && _unsure.Any(claim => claim.Port.Id == portId);
        }
    }

    /// <summary>The port's document has just been read from the store, or there is none.</summary>
    public void Confirm(string portId, PortDocument? port)
    {
        lock (_gate)
        {
            foreach (var claim in _unsure.Where(claim => claim.Port.Id == portId).ToList())
            {
                _unsure.Remove(claim);
                Release(portId, claim.Port.Backends, claim);
            }

            Know(portId, port);
        }
    }

    /// <summary>The write that a claim was for has happened, with this result; or it has not.</summary>
    internal void Settle(AddressClaim claim, PortDocument? written)
    {
        lock (_gate)
        {
            // What was written is held before the claim ends: in between nobody may find it free.
            if (written is not null)
            {
                Know(written.Id, written);
            }

            Release(claim.Port.Id, claim.Port.Backends, claim);
        }
    }

    /// <summary>Whether the write that a claim was for has happened is not known: what it claims stays taken until the port is read again.</summary>
    internal void Doubt(AddressClaim claim)
    {
        lock (_gate)
        {
            _unsure.Add(claim);
        }
    }

    private void OnPort(DocumentViewChange<PortDocument> change)
    {
        lock (_gate)
        {
            Know(change.Id, change.After);
        }
    }

    private void Know(string id, PortDocument? port)
    {
        var before = _ports.GetValueOrDefault(id);
        if (port is not null && before is not null && before.Version >= port.Version)
        {
            return;
        }

        // By reference: what a write left as it was is the same object still, and what was read anew is held before the old is let go.
        var had = new HashSet<BackendEntry>(before?.Backends ?? [], ReferenceEqualityComparer.Instance);
        foreach (var entry in port?.Backends ?? [])
        {
            if (!had.Remove(entry))
            {
                Hold(new(id, entry, null));
            }
        }

        Release(id, had, null);
        if (port is null)
        {
            _ports.Remove(id);
        }
        else
        {
            _ports[id] = port;
        }
    }

    private bool IsFree(string portId, BackendEntry entry, long timestamp)
    {
        var isFree = true;
        foreach (var holding in _holdings.GetValueOrDefault((entry.Host, entry.Port), []))
        {
            if (holding.PortId == portId || (holding.Entry.AppGuid == entry.AppGuid && holding.Entry.InstanceId == entry.InstanceId))
            {
                continue;
            }

            isFree = false;
            if (!_waiting.TryGetValue((entry.Host, entry.Port), out var ports))
            {
                _waiting[(entry.Host, entry.Port)] = ports = new(StringComparer.Ordinal);
            }

            ports.Add(portId);
            _dirty.Defer(portId, timestamp);
            if (!_share.Owns(holding.Entry.DeaId))
            {
                // Another node takes it from there, or has already.
                _others.Hear();
            }

            // Whatever keeps it there is looked at again.
            _dirty.Hurry(holding.PortId, timestamp);
        }

        return isFree;
    }

    private void Hold(in Holding holding)
    {
        var address = (holding.Entry.Host, holding.Entry.Port);
        _holdings[address] = _holdings.TryGetValue(address, out var others) ? others.Add(holding) : [holding];
    }

    private void Release(string portId, IEnumerable<BackendEntry> entries, AddressClaim? claim)
    {
        foreach (var entry in entries)
        {
            var address = (entry.Host, entry.Port);
            if (!_holdings.TryGetValue(address, out var holdings))
            {
                continue;
            }

            var left = holdings.RemoveAll(holding => holding.PortId == portId && holding.Claim == claim && ReferenceEquals(holding.Entry, entry));
            if (left.Length == holdings.Length)
            {
                continue;
            }

            if (left.IsEmpty)
            {
                _holdings.Remove(address);
            }
            else
            {
                _holdings[address] = left;
            }

            Wake(address);
        }
    }

    private void Wake((string Host, int Port) address)
    {
        if (_waiting.Remove(address, out var ports))
        {
            foreach (var port in ports)
            {
                _dirty.Resume(port);
            }
        }
    }

    /// <param name="PortId">The port.</param>
    /// <param name="Entry">Its backend at the address.</param>
    /// <param name="Claim">What claims it, where it is not in the document yet.</param>
    private readonly record struct Holding(string PortId, BackendEntry Entry, AddressClaim? Claim);
}
