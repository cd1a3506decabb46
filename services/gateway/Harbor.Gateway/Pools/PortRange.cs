using System.Globalization;

namespace Harbor.Gateway.Pools;

/// <summary>A range of ports, both ends in it.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    /// <summary>Reads <c>35000-40000</c>.</summary>
    public static bool TryParse(string text, out PortRange range)
    {
        range = default;
        if (text.Split('-', StringSplitOptions.TrimEntries) is not [var first, var last]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to))
        {
            return false;
        }

        range = new PortRange(from, to);
        return range.IsValid;
    }

    public bool IsValid => First is >= 1 and <= 65535 && Last is >= 1 and <= 65535 && First <= Last;

    public bool Contains(int port) => port >= First && port <= Last;
}
