using Harbor.State.Documents;

namespace Harbor.Gateway.Tests.Dependencies;

/// <summary>Documents of a store that can be told to stop answering, or to be away.</summary>
internal sealed class HangingDocuments<T>(IDocuments<T> documents) : IDocuments<T>
    where T : Document
{
    public bool Hangs { get; set; }

    public bool IsAway { get; set; }

    public DocumentType<T> Type => documents.Type;

    public bool LeavesOut => documents.LeavesOut;

    public async ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await documents.GetAsync(id, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await documents.QueryAsync(query, cancellationToken);
    }

    public async ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await documents.InsertAsync(document, cancellationToken);
    }

    public async ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await documents.ReplaceAsync(document, cancellationToken);
    }

    public async ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await documents.DeleteAsync(document, cancellationToken);
    }

    public IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, CancellationToken cancellationToken) => documents.WatchAsync(idPrefix, known, leaveOut, cancellationToken);

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new StateUnavailableException("The test took the store away.", null);
        }

        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
