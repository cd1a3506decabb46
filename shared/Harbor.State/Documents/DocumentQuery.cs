namespace Harbor.State.Documents;

/// <summary>What to read: all documents, those under one key of an index, or those up to a key of an index. Ordered by id, or by key for <see cref="UpTo"/>.</summary>
/// <param name="Index">A declared index's name; null reads the whole collection.</param>
/// <param name="Key">The key to match.</param>
/// <param name="Match">How keys are compared with <paramref name="Key"/>.</param>
/// <param name="IdPrefix">Only ids that start so.</param>
/// <param name="AfterId">Only ids after this one, for paging; not with <see cref="KeyMatch.UpTo"/>.</param>
/// <param name="Limit">At most so many documents.</param>
public sealed record DocumentQuery(
    string? Index = null,
    string? Key = null,
    KeyMatch Match = KeyMatch.Equal,
    string? IdPrefix = null,
    string? AfterId = null,
    int Limit = int.MaxValue)
{
    public static DocumentQuery All { get; } = new();

    public static DocumentQuery Where(string index, string key) => new(index, key);

    /// <summary>Keys at or before <paramref name="key"/>, the smallest first.</summary>
    public static DocumentQuery UpTo(string index, string key) => new(index, key, KeyMatch.UpTo);
}
