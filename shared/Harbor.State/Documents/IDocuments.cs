namespace Harbor.State.Documents;

/// <summary>
/// The one storage primitive: versioned documents of one kind, compare-and-swap, and watch. Domain operations (take a port, add a backend) are
/// written once on top of it. A store that cannot be reached throws <see cref="StateUnavailableException"/>; every other outcome is a value.
/// </summary>
public interface IDocuments<T>
    where T : Document
{
    DocumentType<T> Type { get; }

    /// <summary>Whether a watch may leave out what its watcher can do without. False: it is told everything, whatever it asks for.</summary>
    bool LeavesOut => false;

    ValueTask<T?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Those of the ids that are there, in any order.</summary>
    async ValueTask<IReadOnlyList<T>> GetAllAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
        => [.. (await Task.WhenAll(ids.Select(id => GetAsync(id, cancellationToken).AsTask()))).OfType<T>()];

    ValueTask<IReadOnlyList<T>> QueryAsync(DocumentQuery query, CancellationToken cancellationToken);

    /// <summary>Stores a document whose id must be new. Its <see cref="Document.Version"/> is ignored.</summary>
    ValueTask<WriteResult<T>> InsertAsync(T document, CancellationToken cancellationToken);

    /// <summary>Stores a document if the stored one still has the version that <paramref name="document"/> carries.</summary>
    ValueTask<WriteResult<T>> ReplaceAsync(T document, CancellationToken cancellationToken);

    /// <summary>
    /// <see cref="ReplaceAsync"/> of many at once, each for itself: one that loses takes no other with it. The results are in the order of
    /// <paramref name="replacements"/>. A conflict may here also mean that the document was stored and, by somebody who had read it, replaced before this answer:
    /// either way what is stored now is another. Where the store fails, some may have been stored.
    /// </summary>
    async ValueTask<IReadOnlyList<WriteResult<T>>> ReplaceAllAsync(IReadOnlyList<Replacement<T>> replacements, CancellationToken cancellationToken)
        => await Task.WhenAll(replacements.Select(replacement => ReplaceAsync(replacement.Document, cancellationToken).AsTask()));

    /// <summary>Deletes the document if the stored one still has the version that <paramref name="document"/> carries.</summary>
    ValueTask<WriteOutcome> DeleteAsync(T document, CancellationToken cancellationToken);

    /// <summary>
    /// A snapshot, a marker that it is complete, then changes in order, without end. What is known may be said again, but no document goes back to an older
    /// version, and a deleted one does not come back but by an insert. An unreachable store does not end it: it goes on where it
    /// was when the store is back, or starts again with a snapshot where the history was lost. Only cancellation ends it.
    /// </summary>
    /// <param name="idPrefix">Only documents whose id starts so; empty for all.</param>
    /// <param name="known">
    /// The version of a changed document that the watcher has; null where it has none. A change to what it has already, or to what is older, may be left out, and of another no more need be read than
    /// what has changed. A snapshot is told whole.
    /// </param>
    /// <param name="leaveOut">
    /// Asked before each read from the store: a property that the watcher can do without from then on, to the watch's end; null while there is none. A replacement by <see cref="ReplaceAllAsync"/> that
    /// changed nothing else may be left out: what it made of the document is told with the document's next change, or with a snapshot.
    /// </param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, Func<string, T?>? known, Func<string?>? leaveOut, CancellationToken cancellationToken);

    /// <summary>The watch of one who knows nothing yet, and is to be told everything.</summary>
    IAsyncEnumerable<DocumentChange<T>> WatchAsync(string idPrefix, CancellationToken cancellationToken) => WatchAsync(idPrefix, null, null, cancellationToken);
}
