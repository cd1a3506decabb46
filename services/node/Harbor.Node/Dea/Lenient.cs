using System.Globalization;
using System.Text.Json;
using Harbor.Node.Routes;

namespace Harbor.Node.Dea;

/// <summary>Reads one value as what it should be, whatever it is; null where that cannot be. Leaves the reader at the value's end.</summary>
internal static class Lenient
{
    /// <summary>No id of the platform is longer than 64; what is longer than this is refused rather than kept.</summary>
    private const int MaxIdLength = 256;

    /// <summary>More ports than this an instance does not have; the rest of a longer list is not read.</summary>
    private const int MaxPorts = 32;

    /// <summary>An id: a string, or a whole number as the first era's application ids were.</summary>
    public static string? Id(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when LengthOf(reader) is > 0 and <= MaxIdLength:
                return reader.GetString();
            case JsonTokenType.Number when reader.TryGetInt64(out var number):
                return number.ToString(CultureInfo.InvariantCulture);
            default:
                reader.Skip();
                return null;
        }
    }

    public static string? Text(ref Utf8JsonReader reader) => Id(ref reader);

    public static int? Integer(ref Utf8JsonReader reader)
        => Number(ref reader) is { } number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;

    public static ushort? Port(ref Utf8JsonReader reader)
        => Integer(ref reader) is { } number and > 0 and <= ushort.MaxValue ? (ushort)number : null;

    /// <summary>A number, or a string that holds one.</summary>
    public static double? Number(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                return number;
            case JsonTokenType.String when LengthOf(reader) <= 32
                && double.TryParse(reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed):
                return parsed;
            default:
                reader.Skip();
                return null;
        }
    }

    public static HostAddress? Host(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && LengthOf(reader) <= 64)
        {
            return HostAddress.Parse(reader.GetString());
        }

        reader.Skip();
        return null;
    }

    /// <summary>A list of <c>container_port</c> (0 where an entry has none) and <c>host_port</c>; null where it is no list.</summary>
    public static PortMapping[]? Ports(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        Span<PortMapping> ports = stackalloc PortMapping[MaxPorts];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Mapping(ref reader) is { } mapping && count < MaxPorts && !ports[..count].Contains(mapping))
            {
                ports[count++] = mapping;
            }
        }

        return ports[..count].ToArray();
    }

    private static PortMapping? Mapping(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        ushort? container = null;
        ushort? host = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (Next(ref reader, "container_port"u8))
            {
                container = Port(ref reader);
            }
            else if (Next(ref reader, "host_port"u8))
            {
                host = Port(ref reader);
            }
            else
            {
                Skip(ref reader);
            }
        }

        return host is { } outside ? new(container ?? 0, outside) : null;
    }

    /// <summary>Whether the reader is at a field of this name; moves on to its value if so.</summary>
    public static bool Next(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    /// <summary>Passes over a field and its value.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static long LengthOf(in Utf8JsonReader reader) => reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
