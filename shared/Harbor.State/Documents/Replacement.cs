namespace Harbor.State.Documents;

/// <summary>
/// A document as it was read, and what is to be stored in its place. What differs between the two may be told to who watches as all that has changed: a list keeps
/// those elements that are the same objects in both.
/// </summary>
/// <param name="Read">As the store gave it, with its version.</param>
/// <param name="Document">Made from it, and so of the same id and version.</param>
public readonly record struct Replacement<T>(T Read, T Document)
    where T : Document;
