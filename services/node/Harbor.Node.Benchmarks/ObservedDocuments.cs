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

    public bool LeavesOut => inner.LeavesOut;

    public ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken) => inner.GetAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) => inner.QueryAsync(query, cancellationToken);

    public ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken) => inner.InsertAsync(document, cancellationToken);

    public async ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken)
        => (await ObserveAsync(1, async () => [await inner.ReplaceAsync(document, cancellationToken)]))[0];

    public ValueTask<IReadOnlyList<WriteResult<T>>> ReplaceAllAsync(IReadOnlyList<Replacement<T>> replacements, CancellationToken cancellationToken)
        => ObserveAsync(replacements.Count, () => inner.ReplaceAllAsync(replacements, cancellationToken));

    public ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken) => inner.DeleteAsync(document, cancellationToken);

    public IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, CancellationToken cancellationToken) => inner.WatchAsync(idPrefix, known, leaveOut, cancellationToken);

    private async ValueTask<IReadOnlyList<WriteResult<T>>> ObserveAsync(int count, Func<ValueTask<IReadOnlyList<WriteResult<T>>>> replace)
    {
        var began = Stopwatch.GetTimestamp();
        var results = await replace();
        if (count > 0)
        {
            Answered?.Invoke(began, count);
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
}
