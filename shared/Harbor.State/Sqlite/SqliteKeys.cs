using System.Text.Json;
using Harbor.State.Documents;

namespace Harbor.State.Sqlite;

/// <summary>The index keys of a document, as the <c>keys</c> column has them: a JSON array of name, key, name, key …</summary>
internal static class SqliteKeys
{
    public static string[] Of<T>(DocumentType<T> type, T document)
        where T : Document
    {
        var keys = new List<string>();
        foreach (var index in type.Indexes)
        {
            foreach (var key in index.Keys(document).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                keys.Add(index.Name);
                keys.Add(key);
            }
        }

        return [.. keys];
    }

    public static string Format(string[] keys) => JsonSerializer.Serialize(keys, StateJsonContext.Default.StringArray);

    public static string[] Parse(string text) => JsonSerializer.Deserialize(text, StateJsonContext.Default.StringArray)!;
}
