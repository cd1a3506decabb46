using System.Diagnostics;
using Harbor.State.Documents;

namespace Harbor.Node.Benchmarks;

/// <summary>A store that tells of each write when the server has acknowledged it, and how long the command took that it was in.</summary>
internal sealed class ObservedDocuments<T>(IDocuments<T> inner) : IDocuments<T>
    where T : Document
{
    /// <summary>A document was replaced.</summary>
    public event Action<T>? Written;

    /// <summary>A command was answered: when it was begun, and how many documents it had.</summary>
    public event Action<long, int>? Answered;

    public DocumentType<T> Type => inner.Type;

    public ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken) => inner.GetAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) => inner.QueryAsync(query, cancellationToken);

    public ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken) => inner.InsertAsync(document, cancellationToken);

    public async ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken) => (await ReplaceAllAsync([document], cancellationToken))[0];

    public async ValueTask<IReadOnlyList<WriteResult<T>>> ReplaceAllAsync(IReadOnlyList<T> documents, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var results = await inner.ReplaceAllAsync(documents, cancellationToken);
        if (documents.Count > 0)
        {
            Answered?.Invoke(began, documents.Count);
        }

        foreach (var result in results)
        {
            if (result.Document is { } written)
            {
                Written?.Invoke(written);
            }
        }

        return results;
    }

    public ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken) => inner.DeleteAsync(document, cancellationToken);

    public IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, long, bool>? isKnown, CancellationToken cancellationToken) => inner.WatchAsync(idPrefix, isKnown, cancellationToken);
}
