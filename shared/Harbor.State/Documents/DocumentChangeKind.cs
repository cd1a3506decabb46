namespace Harbor.State.Documents;

/// <summary>The steps of a watch, in the order they come.</summary>
public enum DocumentChangeKind
{
    /// <summary>All that exists follows. Comes first, and again where the history of changes was lost: ids not seen until <see cref="SnapshotCompleted"/> are gone.</summary>
    SnapshotStarted,

    /// <summary>A document as it is in the snapshot, or as a change left it. Carries id and document. May repeat what is known: apply it only if its version is newer. States in between may be skipped.</summary>
    Upserted,

    /// <summary>The document is gone. Carries the id alone. Never within a snapshot.</summary>
    Deleted,

    /// <summary>The snapshot is whole; changes follow in order.</summary>
    SnapshotCompleted,
}
