using Harbor.State.Documents;
using Harbor.State.Ports;

namespace Harbor.Node.Routes;

/// <content>One batch, from what is known of its ports to what is stored.</content>
internal sealed partial class BackendWriter
{
    private async Task WriteAsync(List<RouteWrite> batch, CancellationToken cancellationToken)
    {
        var left = batch;
        for (var lost = false; left.Count > 0; lost = true)
        {
            await others.KnownAsync(cancellationToken);
            var read = await ReadAsync(left, all: lost, cancellationToken);
            left = left.FindAll(write => Prepare(write, read.TryGetValue(write.Id, out var port) ? port : Newest(write.Id)));
            left = await StoreAsync(left, cancellationToken);
        }
    }

    /// <summary>True where there is something to write.</summary>
    private bool Prepare(RouteWrite write, PortDocument? port)
    {
        if (port is not { State: PortState.Active })
        {
            _written.TryRemove(write.Id, out _);
            return false;
        }

        var table = routes.BeginLook(port);
        if (!others.AreKnown)
        {
            // Something has moved since: what the table says by now must not meet what the document said before.
            routes.EndLook(port, isInHandover: false);
            dirty.PutBack(write.Id, write.Timestamp);
            return false;
        }

        var (merged, isInHandover) = BackendMerge.Merge(port.Backends, table, share.Owns, MayRemove);
        routes.EndLook(port, isInHandover);
        if (ReferenceEquals(merged, port.Backends))
        {
            return false;
        }

        write.Begin(port, addresses.Claim(port with { Backends = merged }, port.Backends, write.Timestamp));
        ReportWaiting(port, merged, write.Port.Backends);
        if (write.Port.Backends.SequenceEqual(port.Backends))
        {
            // All that is new waits for another port's document.
            write.Settle(null);
            return false;
        }

        return true;
    }

    /// <summary>Those that lost against another writer: to be read again, and compared again.</summary>
    private async Task<List<RouteWrite>> StoreAsync(List<RouteWrite> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return batch;
        }

        var begun = time.GetTimestamp();
        var results = await documents.ReplaceAllAsync(batch.ConvertAll(write => new Replacement<PortDocument>(write.Stored, write.Port)), cancellationToken);
        _pace.Took(time.GetElapsedTime(begun));
        var lost = new List<RouteWrite>();
        foreach (var (write, result) in batch.Zip(results))
        {
            if (!result.Written)
            {
                // It may have been stored and then replaced by another writer: what it claims stays taken until the port has been read again.
                write.Leave();
                metrics.RouteConflict();
                lost.Add(write);
                continue;
            }

            write.Settle(result.Document);
            _written[write.Id] = result.Document!;
            views.Ports.Learn(write.Port.Version, result.Document!);
            metrics.RouteWritten(time.GetElapsedTime(write.Timestamp));
            Report(write.Stored, write.Port.Backends);
        }

        return lost;
    }

    private bool MayRemove(BackendEntry entry) => BackendMerge.MayRemove(entry, routes.HolderOf(entry), share.Owns);

    /// <summary>The ports of the batch that have to be read, as they are stored; null for those that are not.</summary>
    /// <param name="batch">The writes that are to be prepared.</param>
    /// <param name="all">What is known of all of them is too old.</param>
    /// <param name="cancellationToken">The end of it all.</param>
    private async ValueTask<Dictionary<string, PortDocument?>> ReadAsync(List<RouteWrite> batch, bool all, CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, PortDocument?>(StringComparer.Ordinal);
        foreach (var write in batch)
        {
            if (all || addresses.IsUnsure(write.Id) || (Newest(write.Id) is { } port && others.MayHaveChanged(port)))
            {
                read.Add(write.Id, null);
            }
        }

        if (read.Count == 0)
        {
            return read;
        }

        var known = read.Keys.ToDictionary(id => id, id => views.Ports.Find(id)?.Version ?? 0);
        foreach (var port in await documents.GetAllAsync(read.Keys, cancellationToken))
        {
            read[port.Id] = port;
        }

        foreach (var (id, port) in read)
        {
            addresses.Confirm(id, port);
            if (port is not null)
            {
                views.Ports.Learn(known[id], port);
            }
        }

        return read;
    }

    private PortDocument? Newest(string id)
    {
        var seen = views.Ports.Find(id);
        if (!_written.TryGetValue(id, out var written))
        {
            return seen;
        }

        if (seen is not null && seen.Version >= written.Version)
        {
            _written.TryRemove(new(id, written));
            return seen;
        }

        return written;
    }
}
