using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Harbor.Hosting.Configuration;

/// <summary>Checks the validation attributes of an options object and of all that it holds; each problem names key, value and bound.</summary>
internal static class Annotations
{
    public static IEnumerable<string> Problems(string path, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0 && property.CanRead))
        {
            var key = $"{path}:{property.Name}";
            var value = property.GetValue(options);
            var context = new ValidationContext(options) { MemberName = property.Name, DisplayName = key };
            foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (attribute.GetValidationResult(value, context) is { } result && result != ValidationResult.Success)
                {
                    yield return Line(key, property, value, attribute, result);
                }
            }

            foreach (var problem in Nested(key, value))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Nested(string key, object? value) => value switch
    {
        null or string => [],
        IDictionary entries => entries.Keys.Cast<object>().SelectMany(name => entries[name] is { } entry && IsOurs(entry) ? Problems($"{key}:{name}", entry) : []),
        IEnumerable items => items.Cast<object?>().SelectMany((item, index) => item is not null && IsOurs(item) ? Problems($"{key}:{index}", item) : []),
        _ when IsOurs(value) => Problems(key, value),
        _ => [],
    };

    private static bool IsOurs(object value) => value.GetType() is { IsEnum: false } type && type.Namespace?.StartsWith("Harbor.", StringComparison.Ordinal) == true;

    private static string Line(string key, PropertyInfo property, object? value, ValidationAttribute attribute, ValidationResult result)
    {
        var bound = attribute switch
        {
            { ErrorMessage: not null } => result.ErrorMessage,
            RequiredAttribute => "must be set",
            RangeAttribute range => $"must be from {range.Minimum} to {range.Maximum}",
            MinLengthAttribute least => $"must have a length of at least {least.Length}",
            MaxLengthAttribute most => $"must have a length of at most {most.Length}",
            RegularExpressionAttribute pattern => $"must match {pattern.Pattern}",
            _ => result.ErrorMessage,
        };
        var shown = value is null ? string.Empty : $" = '{(Secrets.IsSecret(property) ? Secrets.Mask : Secrets.Redacted(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty))}'";
        return $"{key}{shown}: {bound}.";
    }
}
