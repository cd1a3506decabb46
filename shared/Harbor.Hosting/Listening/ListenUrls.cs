using Microsoft.Extensions.Configuration;

namespace Harbor.Hosting.Listening;

/// <summary>Where a process listens: the URL of its first module. <c>standalone</c>, whose first module is the gateway, has one listener, not three.</summary>
internal static class ListenUrls
{
    private static readonly Dictionary<string, string> _defaults = new()
    {
        ["gateway"] = "http://127.0.0.1:8080",
        ["node"] = "http://127.0.0.1:8081",
        ["proxy"] = "http://127.0.0.1:8082",
    };

    public static string Of(IConfiguration configuration, IReadOnlyList<IHarborModule> modules) =>
        configuration[KeyOf(modules[0].Service)] ?? _defaults.GetValueOrDefault(modules[0].Service, "http://127.0.0.1:0");

    public static IEnumerable<string> Problems(IConfiguration configuration, IReadOnlyList<IHarborModule> modules)
    {
        foreach (var url in Of(configuration, modules).Split(';'))
        {
            // Kestrel's own wildcards ("+", "*") are no host names for Uri.
            var parsable = url.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(parsable, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
            {
                yield return $"{KeyOf(modules[0].Service)} = '{url}': must be an http or https URL without a path, such as http://127.0.0.1:8080.";
            }
        }
    }

    /// <summary><c>Harbor:Gateway:Url</c> for <c>gateway</c>.</summary>
    public static string KeyOf(string service) => $"Harbor:{char.ToUpperInvariant(service[0])}{service[1..]}:Url";
}
