using System.Collections.Concurrent;
using Harbor.State.Documents;

namespace Harbor.Node.Tests.Documents;

/// <summary>A store whose writes of chosen documents wait on the way there, and that takes down in which order writes were done.</summary>
internal sealed class GatedDocuments<T>(IDocuments<T> inner) : IDocuments<T>
    where T : Document
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<T> _written = new();

    /// <summary>Every document as it was written, in the order of the store: a writer may learn of its write after another has seen it and written on.</summary>
    public IReadOnlyList<T> Written => [.. _written.OrderBy(document => document.Version)];

    public DocumentType<T> Type => inner.Type;

    public bool LeavesOut => inner.LeavesOut;

    public void Close(string id) => _gates[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open(string id)
    {
        if (_gates.TryRemove(id, out var gate))
        {
            gate.SetResult();
        }
    }

    public ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken) => inner.GetAsync(id, cancellationToken);

    public ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) => inner.QueryAsync(query, cancellationToken);

    public ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken) => inner.InsertAsync(document, cancellationToken);

    public async ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken)
    {
        await PassAsync(document.Id, cancellationToken);
        var result = await inner.ReplaceAsync(document, cancellationToken);
        TakeDown(result);
        return result;
    }

    public async ValueTask<IReadOnlyList<WriteResult<T>>> ReplaceAllAsync(IReadOnlyList<Replacement<T>> replacements, CancellationToken cancellationToken)
    {
        // One that waits holds up no other.
        return await Task.WhenAll(replacements.Select(async replacement =>
        {
            await PassAsync(replacement.Document.Id, cancellationToken);
            var result = (await inner.ReplaceAllAsync([replacement], cancellationToken))[0];
            TakeDown(result);
            return result;
        }));
    }

    public ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken) => inner.DeleteAsync(document, cancellationToken);

    public IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, CancellationToken cancellationToken) => inner.WatchAsync(idPrefix, known, leaveOut, cancellationToken);

    private async Task PassAsync(string id, CancellationToken cancellationToken)
    {
        if (_gates.TryGetValue(id, out var gate))
        {
            await gate.Task.WaitAsync(cancellationToken);
        }
    }

    private void TakeDown(WriteResult<T> result)
    {
        if (result.Written)
        {
            _written.Enqueue(result.Document!);
        }
    }
}
