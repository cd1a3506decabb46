namespace Harbor.State.Documents;

/// <summary>Where documents are kept: MongoDB or SQLite. Opens collections, creating them with their indexes where they do not exist.</summary>
public interface IDocumentStore
{
    /// <summary>The documents of one kind. Cheap, and always the same object for the same type.</summary>
    IDocuments<T> Open<T>(DocumentType<T> type)
        where T : Document;

    /// <summary>Asks the store for a sign of life; throws <see cref="StateUnavailableException"/> where there is none.</summary>
    ValueTask PingAsync(CancellationToken cancellationToken);
}
