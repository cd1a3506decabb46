using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Harbor.Hosting.Configuration;

/// <summary>Says at start which keys under <c>Harbor:</c> nothing reads: mostly misspelt ones, whose setting would silently have no effect.</summary>
internal static partial class UnknownKeys
{
    private const string Root = "Harbor";

    /// <summary>One file may serve all of Harbor's processes. What a process does not run it cannot check, but it knows the names.</summary>
    private static readonly string[] _elsewhere = ["DataDirectory", "Gateway", "Nats", "Node", "Pools", "Proxy", "State"];

    public static void Warn(IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnknownKeys));
        foreach (var (key, nearest) in Of(services.GetRequiredService<IConfiguration>(), [.. services.GetServices<OptionsSection>()]))
        {
            Log.Unknown(logger, key, nearest);
        }
    }

    /// <summary>Every such key, with the known one in its place that is most like it.</summary>
    public static IEnumerable<(string Key, string Nearest)> Of(IConfiguration configuration, IReadOnlyList<OptionsSection> sections)
    {
        var names = sections.Select(section => section.Path.Split(':')[1]).Concat(_elsewhere).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var misspelt = configuration.GetSection(Root).GetChildren().Where(child => !names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)).Select(child => (child.Path, Nearest(child, names)));

        // A module's Url is read for the listener, whether its options have it or not.
        return misspelt.Concat(sections.SelectMany(section => Of(configuration.GetSection(section.Path), section.Type, sections).Where(one => one.Key != $"{section.Path}:Url")));
    }

    private static IEnumerable<(string Key, string Nearest)> Of(IConfigurationSection section, Type type, IReadOnlyList<OptionsSection> sections)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (SectionTypes.IsValue(type))
        {
            return [];
        }

        if (SectionTypes.ElementOf(type) is { } element)
        {
            return section.GetChildren().SelectMany(child => Of(child, element, sections));
        }

        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
        return section.GetChildren().SelectMany(child => properties.TryGetValue(child.Key, out var property) ? Of(child, property, sections)
            : sections.Any(other => $"{other.Path}:".StartsWith($"{child.Path}:", StringComparison.OrdinalIgnoreCase)) ? []
            : [(child.Path, Nearest(child, properties.Keys))]);
    }

    private static string Nearest(IConfigurationSection unknown, IEnumerable<string> known)
        => unknown.Path[..^unknown.Key.Length] + known.MinBy(name => Distance(name.ToUpperInvariant(), unknown.Key.ToUpperInvariant()));

    /// <summary>Letters to be added, taken away or changed to make one of the other.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    private static partial class Log
    {
        [LoggerMessage(6004, LogLevel.Warning, "Nothing reads the setting {Key}; the nearest that is known is {Nearest}")]
        public static partial void Unknown(ILogger logger, string key, string nearest);
    }
}
