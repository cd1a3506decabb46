namespace Harbor.State.Mongo;

/// <summary>
/// Field names that MongoDB reads as they are. Names come from outside (a service instance's id is one), and a dot, a leading dollar or an
/// empty name mean something else there or are refused.
/// </summary>
internal static class BsonNames
{
    public static string Escape(string name)
    {
        if (name.Length == 0)
        {
            return "%";
        }

        if (name[0] != '$' && name.AsSpan().IndexOfAny('.', '%', '\0') < 0)
        {
            return name;
        }

        var escaped = name.Replace("%", "%25", StringComparison.Ordinal).Replace(".", "%2E", StringComparison.Ordinal).Replace("\0", "%00", StringComparison.Ordinal);
        return escaped[0] == '$' ? "%24" + escaped[1..] : escaped;
    }

    public static string Unescape(string name) => name == "%" ? "" : name.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(name) : name;
}
