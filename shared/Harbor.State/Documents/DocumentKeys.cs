using System.Globalization;

namespace Harbor.State.Documents;

/// <summary>Index keys whose ordinal order is the order of what they stand for.</summary>
public static class DocumentKeys
{
    /// <summary>A time, in UTC, to the 100 ns.</summary>
    public static string Of(DateTimeOffset time)
        => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number that is not negative.</summary>
    public static string Of(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return number.ToString("D19", CultureInfo.InvariantCulture);
    }
    /// <summary>What comes after all that starts with <paramref name="prefix"/>.</summary>
    internal static string EndOf(string prefix) => prefix + "\U0010FFFF";
}
