using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Configuration;

/// <summary>Says once, at start, which options are in effect, however they came about. Secrets are masked.</summary>
internal static partial class EffectiveOptions
{
    public static void Write(IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(EffectiveOptions));
        foreach (var section in services.GetServices<OptionsSection>())
        {
            Log.Effective(logger, section.Path, Shown(services, section.Type));
        }

        foreach (var type in OptionsCheck.Foreign(services).ToList())
        {
            Log.Effective(logger, type.Name, Shown(services, type));
        }
    }

    /// <summary>Every value of an options object by its key.</summary>
    public static IEnumerable<(string Key, string Value)> Of(object options, string prefix = "") => options is IDictionary entries
        ? entries.Keys.Cast<object>().SelectMany(name => Values($"{prefix}{name}", entries[name], secret: false))
        : options.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetIndexParameters().Length == 0 && property.CanRead)
        .SelectMany(property => Values(prefix + property.Name, property.GetValue(options), Secrets.IsSecret(property)));

    private static List<string> Shown(IServiceProvider services, Type type)
    {
        var options = services.GetRequiredService(typeof(IOptions<>).MakeGenericType(type));
        var value = options.GetType().GetProperty(nameof(IOptions<>.Value))!.GetValue(options)!;
        return [.. Of(value).Select(one => $"{one.Key}={one.Value}")];
    }

    private static IEnumerable<(string Key, string Value)> Values(string key, object? value, bool secret) => value switch
    {
        null => [],
        _ when secret => [(key, Secrets.Mask)],
        string text => [(key, Secrets.Redacted(text))],
        IDictionary => Of(value, key + ":"),
        IEnumerable items => items.Cast<object?>().SelectMany((item, index) => Values($"{key}:{index}", item, secret: false)),
        _ when SectionTypes.IsValue(value.GetType()) || value.GetType().Namespace?.StartsWith("Harbor.", StringComparison.Ordinal) != true =>
            [(key, Secrets.Redacted(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty))],
        _ => Of(value, key + ":"),
    };

    private static partial class Log
    {
        [LoggerMessage(6003, LogLevel.Information, "Options of {Section} in effect: {Options}")]
        public static partial void Effective(ILogger logger, string section, IReadOnlyList<string> options);
    }
}
