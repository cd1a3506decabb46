using System.Globalization;
using System.Reflection;
using System.Text;

namespace Harbor.Contracts.Tests;

/// <summary>A contract as text: its name, its members, their types.</summary>
internal static class ContractText
{
    private static readonly NullabilityInfoContext _nullability = new();

    public static string Of(Type type)
    {
        var text = new StringBuilder(type.FullName).Append('\n');
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetValuesAsUnderlyingType(type).Cast<object>())
            {
                text.Append(CultureInfo.InvariantCulture, $"    {Enum.GetName(type, value)} = {value}\n");
            }

            return text.ToString();
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            var required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required " : string.Empty;
            text.Append(CultureInfo.InvariantCulture, $"    {required}{NameOf(property)} {property.Name}\n");
        }

        return text.ToString();
    }

    private static string NameOf(PropertyInfo property) =>
        NameOf(property.PropertyType) + (!property.PropertyType.IsValueType && _nullability.Create(property).ReadState == NullabilityState.Nullable ? "?" : string.Empty);

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return NameOf(value) + "?";
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Namespace == "System" ? type.Name : type.FullName!;
    }
}
