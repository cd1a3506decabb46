using Harbor.State.Documents;

namespace Harbor.Node.Tests.Allocation;

/// <summary>Counts what is asked of the store.</summary>
internal sealed class CountingDocuments<T>(IDocuments<T> inner) : IDocuments<T>
    where T : Document
{
    private int _reads;
    private int _writes;

    public int Reads => _reads;

    public int Writes => _writes;

    public DocumentType<T> Type => inner.Type;

    public bool LeavesOut => inner.LeavesOut;

    public ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.GetAsync(id, cancellationToken);
    }

    public ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.QueryAsync(query, cancellationToken);
    }

    public ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        return inner.InsertAsync(document, cancellationToken);
    }

    public ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        return inner.ReplaceAsync(document, cancellationToken);
    }

    public ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        return inner.DeleteAsync(document, cancellationToken);
    }

    public IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, CancellationToken cancellationToken) => inner.WatchAsync(idPrefix, known, leaveOut, cancellationToken);
}
