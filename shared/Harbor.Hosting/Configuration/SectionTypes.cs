using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Harbor.Hosting.Configuration;

/// <summary>Finds every value of a section that does not fit the type of its property. The binder alone would throw at the first one.</summary>
internal static class SectionTypes
{
    public static IEnumerable<string> Problems(IConfigurationSection section, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (IsValue(type))
        {
            return Value(section, type);
        }

        if (ElementOf(type) is { } element)
        {
            return section.GetChildren().SelectMany(child => Problems(child, element));
        }

        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && (property.CanWrite || !IsValue(property.PropertyType)))
            .SelectMany(property => Problems(section.GetSection(property.Name), property.PropertyType));
    }

    public static bool IsValue(Type type) => type == typeof(object) || TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type).CanConvertFrom(typeof(string));

    /// <summary>What a list or dictionary (by text keys) holds; null for anything else.</summary>
    public static Type? ElementOf(Type type)
    {
        if (type.IsArray)
        {
            return type.GetElementType();
        }

        var generic = type.GetInterfaces().Append(type).Where(face => face.IsConstructedGenericType).ToList();
        return generic.FirstOrDefault(face => face.GetGenericTypeDefinition() is var open && (open == typeof(IDictionary<,>) || open == typeof(IReadOnlyDictionary<,>)))?.GetGenericArguments()[1]
            ?? generic.FirstOrDefault(face => face.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
    }

    private static IEnumerable<string> Value(IConfigurationSection section, Type type)
    {
        if (section.Value is null)
        {
            if (section.GetChildren().Any())
            {
                yield return $"{section.Path}: must be one value ({NameOf(type)}), not a group of them.";
            }

            yield break;
        }

        if (!Fits(section.Value, type))
        {
            yield return $"{section.Path} = '{Secrets.Redacted(section.Value)}': is not {NameOf(type)}.";
        }
    }

    private static bool Fits(string value, Type type)
    {
        if (type == typeof(string) || type == typeof(object))
        {
            return true;
        }

        try
        {
            var converted = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);

            // A number that no member of the enum has would convert too.
            return converted is not null && (!type.IsEnum || Enum.IsDefined(type, converted));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException or OverflowException or InvalidCastException)
        {
            return false;
        }
    }

    private static string NameOf(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time span such as 00:00:10",
        _ when type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(ushort) || type == typeof(uint) || type == typeof(byte) => "a whole number in the range of its type",
        _ when type == typeof(double) || type == typeof(decimal) || type == typeof(float) => "a number",
        _ when type == typeof(Uri) => "a URL",
        _ => $"a {type.Name}",
    };
}
