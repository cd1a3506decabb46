namespace Harbor.State.Documents;

/// <summary>One step of a watch. See <see cref="DocumentChangeKind"/> for what each carries.</summary>
public readonly record struct DocumentChange<T>(DocumentChangeKind Kind, string Id, T? Document)
    where T : Document
{
    public static DocumentChange<T> SnapshotStarted { get; } = new(DocumentChangeKind.SnapshotStarted, "", null);

    public static DocumentChange<T> SnapshotCompleted { get; } = new(DocumentChangeKind.SnapshotCompleted, "", null);

    public static DocumentChange<T> Upserted(T document) => new(DocumentChangeKind.Upserted, document.Id, document);

    public static DocumentChange<T> Deleted(string id) => new(DocumentChangeKind.Deleted, id, null);
}
