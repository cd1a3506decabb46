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

    public static string Of(IConfiguration configuration, IReadOnlyList<IHarborModule> modules)
    {
        var service = modules[0].Service;
        var key = KeyOf(service);
        var url = configuration[key] ?? _defaults.GetValueOrDefault(service, "http://127.0.0.1:0");
        foreach (var one in url.Split(';'))
        {
            // Kestrel's own wildcards ("+", "*") are no host names for Uri.
            var parsable = one.Replace("://+", "://0.0.0.0", StringComparison.Ordinal).Replace("://*", "://0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(parsable, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
            {
                throw new HarborStartException(ExitCodes.Configuration, [$"{key} = '{one}': must be an http or https URL without a path, such as {_defaults["gateway"]}."]);
            }
        }

        return url;
    }

    /// <summary><c>Harbor:Gateway:Url</c> for <c>gateway</c>.</summary>
    public static string KeyOf(string service) => $"Harbor:{char.ToUpperInvariant(service[0])}{service[1..]}:Url";
}
