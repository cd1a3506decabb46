namespace Harbor.State.Documents;

/// <summary>
/// A declared index: the keys by which documents can be asked for. Keys are strings in ordinal order; a time goes in as
/// <see cref="DocumentKeys.Of(DateTimeOffset)"/>, a number as <see cref="DocumentKeys.Of(long)"/>. No key means: not in this index.
/// </summary>
public sealed record DocumentIndex<T>(string Name, Func<T, IEnumerable<string>> Keys, bool Unique = false)
    where T : Document;
