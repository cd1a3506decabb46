namespace Harbor.State.Documents;

/// <summary>A stored thing with an identity and a version. Every kind of document derives from it.</summary>
public abstract record Document
{
    /// <summary>Unique in its collection; any string, 1 to 512 characters.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Set by the store. Grows with every write of this id, also across a delete and a new insert, so that of two states of one id the
    /// one with the higher version is the newer. Says nothing across ids.
    /// </summary>
    public long Version { get; init; }
}
