namespace Harbor.State.Documents;

/// <summary>What became of a write.</summary>
public enum WriteOutcome
{
    /// <summary>Stored; the result carries the document with its new version.</summary>
    Written,

    /// <summary>Insert: the id exists. Replace or delete: the version is not the one that was read, or the document is gone.</summary>
    Conflict,

    /// <summary>Another document has one of this one's keys in a unique index.</summary>
    KeyTaken,
}
